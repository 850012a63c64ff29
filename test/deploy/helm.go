// Renders the templates of a chart as helm does, with its functions: standard input has the files, the values and the namespace, and standard output
// the rendered templates, by their names. Run it with the packages of Debian: GO111MODULE=off GOPATH=/usr/share/gocode go run helm.go
package main

import (
	"bytes"
	"encoding/json"
	"log"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"gopkg.in/yaml.v3"
)

type files map[string]string

func (f files) Get(name string) string { return f[name] }

type input struct {
	Files     files
	Values    map[string]any
	Namespace string
}

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		log.Fatal(err)
	}
	all := template.New("chart").Option("missingkey=zero").Funcs(sprig.TxtFuncMap())
	all.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			var out bytes.Buffer
			err := all.ExecuteTemplate(&out, name, data)
			return out.String(), err
		},
		"toYaml": func(value any) (string, error) {
			out, err := yaml.Marshal(value)
			return strings.TrimSuffix(string(out), "\n"), err
		},
	})
	for name, text := range in.Files {
		if strings.HasPrefix(name, "templates/") {
			template.Must(all.New(name).Parse(text))
		}
	}
	data := map[string]any{
		"Values":  in.Values,
		"Files":   in.Files,
		"Release": map[string]any{"Namespace": in.Namespace, "Name": "hypertide"},
	}
	rendered := map[string]string{}
	for name := range in.Files {
		if !strings.HasPrefix(name, "templates/") || strings.HasSuffix(name, ".tpl") {
			continue
		}
		var out bytes.Buffer
		if err := all.ExecuteTemplate(&out, name, data); err != nil {
			log.Fatal(err)
		}
		rendered[name] = strings.ReplaceAll(out.String(), "<no value>", "") // as helm does
	}
	if err := json.NewEncoder(os.Stdout).Encode(rendered); err != nil {
		log.Fatal(err)
	}
}
