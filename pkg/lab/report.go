// Copyright 2026 The Perceiver-Go Authors. SPDX-License-Identifier: Apache-2.0

package lab

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/perceiver-go/perceiver/pkg/runs"
	"github.com/perceiver-go/perceiver/pkg/viz"
)

// What a report takes at most: more would not be looked at, and the page must stay one that opens.
const (
	mostPictures = 40
	pictureLimit = 8 << 20
	diffLimit    = 256 << 10
)

// reportPage is a page that needs nothing beside itself: no scripts, no style sheets, no pictures elsewhere.
var reportPage = template.Must(template.New("report").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>{{.Title}}</title>
<style>
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#262b33;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}img{max-width:100%;background:#fff;border-radius:4px}
pre{background:#f4f6f8;padding:.8rem;overflow-x:auto;font-size:12px;border-radius:4px}figure{margin:1rem 0}figcaption{color:#4a515c}
td{overflow-wrap:anywhere}td:first-child{white-space:nowrap}.failed{color:#b84a00}
@media (prefers-color-scheme:dark){body{color:#e6e8eb;background:#16191d}pre{background:#20252b}figcaption{color:#aab2bc}.failed{color:#f08a3c}}
</style></head><body>
<h1>{{.Title}}</h1>
<p{{if .Error}} class="failed"{{end}}>{{.Status}}</p>
{{with .Error}}<pre class="failed">{{.}}</pre>{{end}}
{{with .Curve}}<img alt="Learning curve" src="{{.}}">{{end}}
{{.Scores}}
{{with .Missing}}<p>{{.}}</p>{{end}}
{{range .Pictures}}<figure><img alt="{{.Name}}" src="{{.URL}}"><figcaption>{{.Name}}</figcaption></figure>{{end}}
<h2>Run</h2>{{.Facts}}
<h2>Settings</h2><pre>{{.Settings}}</pre>
{{with .Diff}}<h2>Source</h2><details><summary>What was changed since the commit</summary><pre>{{.}}</pre></details>{{end}}
</body></html>
`))

type reportPicture struct {
	Name string
	URL  template.URL
}

// Report is a page about the run, in one file: its state, curve, scores, pictures, settings, machine and source. It draws
// the run first (Draw); where held-out examples cannot be drawn, because their data are gone, it says why.
func (r *Run) Report(ctx context.Context) ([]byte, error) {
	settings, err := r.Experiment()
	if err != nil {
		return nil, err
	}
	var page struct {
		Title, Status, Error string
		Missing              string
		Curve                template.URL
		Scores, Facts        template.HTML
		Pictures             []reportPicture
		Settings, Diff       string
	}
	i := r.Info
	page.Title = fmt.Sprintf("%s (%s)", r.X.Title, i.Profile)
	page.Status = fmt.Sprintf("%s: %s, step %d of %d", r.Dir, r.State(), i.Step, i.Steps)
	page.Error, page.Settings = i.Error, string(settings)
	p, err := r.Curve(ctx)
	if err != nil {
		return nil, err
	}
	png, err := viz.PNG(p, 0, 0)
	if err != nil {
		return nil, err
	}
	page.Curve = dataURL(png)
	page.Scores = template.HTML(r.Summary().HTML()) // the table escapes what stands in it
	page.Facts = template.HTML(r.Facts().HTML())
	if _, err := r.Draw(ctx); ctx.Err() != nil {
		return nil, ctx.Err()
	} else if err != nil {
		page.Missing = "Held-out examples could not be drawn: " + err.Error() + "."
	}
	page.Pictures = r.pictures()
	page.Diff = r.source()
	var b bytes.Buffer
	if err := reportPage.Execute(&b, page); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func dataURL(png []byte) template.URL {
	return template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
}

// pictures are the PNG files of the run's folder of pictures, in order.
func (r *Run) pictures() (out []reportPicture) {
	files, _ := filepath.Glob(filepath.Join(r.Dir, runs.PicturesFolder, "*.png"))
	for _, file := range files[:min(len(files), mostPictures)] {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() || info.Size() > pictureLimit {
			continue
		}
		if content, err := os.ReadFile(file); err == nil && bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")) {
			out = append(out, reportPicture{strings.TrimSuffix(filepath.Base(file), ".png"), dataURL(content)})
		}
	}
	return out
}

// source is what was changed since the commit, cut where it is long.
func (r *Run) source() string {
	b, _ := os.ReadFile(filepath.Join(r.Dir, runs.SourceFile)) // a run outside of a repository has none
	if len(b) > diffLimit {
		b = append(b[:diffLimit:diffLimit], "\n(cut here; "+runs.SourceFile+" has all)\n"...)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// Facts say when, where and by what the run was made.
func (r *Run) Facts() viz.Table {
	i, t := r.Info, viz.Table{Headers: []string{"", "value"}}
	add := func(what, value string) {
		if value != "" {
			t.Rows = append(t.Rows, []string{what, value})
		}
	}
	add("state", fmt.Sprintf("%s, step %d of %d", r.State(), i.Step, i.Steps))
	add("error", i.Error)
	add("command", strings.Join(i.Command, " "))
	add("begun", i.Created.Format(time.DateTime)+" UTC")
	add("last change", i.Updated.Format(time.DateTime)+" UTC")
	add("weights", fmt.Sprint(i.Parameters))
	if i.TrainFLOPs > 0 {
		add("a training step", viz.Human(i.TrainFLOPs, "FLOP"))
	}
	if i.PeakRSSMB > 0 {
		add("memory", fmt.Sprintf("%d MB at most", i.PeakRSSMB))
	}
	for _, kind := range sorted(i.Seconds) {
		add("seconds: "+words(kind), fmt.Sprintf("%.1f", i.Seconds[kind]))
	}
	m := i.Machine
	add("machine", strings.Trim(fmt.Sprintf("%s, %s, %d cores, %d MB", m.Host, m.CPU, m.Cores, m.MemoryMB), ", "))
	add("backend", strings.TrimSpace(m.Backend+" "+m.Plugin))
	add("Go", strings.TrimSpace(m.Go+" "+m.OS))
	add("commit", i.Commit)
	add("changes since", i.SourceHash)
	return t
}
