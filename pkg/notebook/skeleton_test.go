// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package notebook

import (
	"strings"
	"testing"
)

// That its cells run is tested beside the committed notebooks.
func TestSkeletonIsTidy(t *testing.T) {
	b, err := Skeleton("A title", "language/mlm").Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if all := Problems(b); len(all) > 0 || !strings.Contains(string(b), "language/mlm") {
		t.Errorf("%q\n%s", all, b)
	}
}
