// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package export

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/perceiver-go/perceiver/pkg/runs"
)

// Parquet writes the metrics of runs as a Parquet file with the columns of Row.
func Parquet(w io.Writer, rs ...*runs.Run) error {
	p := parquet.NewGenericWriter[Row](w, parquet.Compression(&parquet.Snappy))
	for _, r := range rs {
		rows, err := Rows(r)
		if err != nil {
			return err
		}
		if _, err := p.Write(rows); err != nil {
			return fmt.Errorf("export: %w", err)
		}
	}
	if err := p.Close(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	return nil
}
