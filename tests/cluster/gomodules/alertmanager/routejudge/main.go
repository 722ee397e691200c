// Command route-judge says which routes of an Alertmanager configuration a label set matches.
//
// The answer is Alertmanager's own: its configuration loader, its route tree, its matching. Tests
// hold our model of the route tree against it, thousands of label sets in one run.
//
// Standard input:  {"config": "<alertmanager.yaml>", "labelsets": [{"name": "value"}, ...]}
// Standard output: a list with one entry a label set, each the list of its matches in order:
//
//	{"receiver": "…", "group_by": ["…"], "group_by_all": false, "group_wait": "30s",
//	 "group_interval": "5m", "repeat_interval": "4h",
//	 "active_time_intervals": [], "mute_time_intervals": []}
//
// With "instants" (RFC 3339) in place of "labelsets" the answer is, for each time interval of the
// configuration by its name, whether it holds at each of them.
//
// Exit status 1, with the reason on standard error, where Alertmanager refuses the configuration.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/prometheus/alertmanager/config"
	"github.com/prometheus/alertmanager/dispatch"
	"github.com/prometheus/alertmanager/timeinterval"
	"github.com/prometheus/common/model"
)

type question struct {
	Config    string           `json:"config"`
	LabelSets []model.LabelSet `json:"labelsets"`
	Instants  []time.Time      `json:"instants"`
}

type match struct {
	Receiver            string   `json:"receiver"`
	GroupBy             []string `json:"group_by"`
	GroupByAll          bool     `json:"group_by_all"`
	GroupWait           string   `json:"group_wait"`
	GroupInterval       string   `json:"group_interval"`
	RepeatInterval      string   `json:"repeat_interval"`
	ActiveTimeIntervals []string `json:"active_time_intervals"`
	MuteTimeIntervals   []string `json:"mute_time_intervals"`
}

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "route-judge:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	var asked question
	if err := json.NewDecoder(in).Decode(&asked); err != nil {
		return fmt.Errorf("standard input is not the expected JSON: %w", err)
	}
	loaded, err := config.Load(asked.Config)
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	if asked.Instants != nil {
		return json.NewEncoder(out).Encode(open(loaded, asked.Instants))
	}
	root := dispatch.NewRoute(loaded.Route, nil)
	answers := make([][]match, len(asked.LabelSets))
	for i, labels := range asked.LabelSets {
		answers[i] = judge(root, labels)
	}
	return json.NewEncoder(out).Encode(answers)
}

// open says of each time interval whether it holds at each instant, as a route's stage asks it.
func open(loaded *config.Config, instants []time.Time) map[string][]bool {
	intervals := make(map[string][]timeinterval.TimeInterval)
	for _, interval := range loaded.TimeIntervals {
		intervals[interval.Name] = interval.TimeIntervals
	}
	intervener := timeinterval.NewIntervener(intervals)
	answers := make(map[string][]bool, len(intervals))
	for name := range intervals {
		for _, instant := range instants {
			holds, _, _ := intervener.Mutes([]string{name}, instant)
			answers[name] = append(answers[name], holds)
		}
	}
	return answers
}

func judge(root *dispatch.Route, labels model.LabelSet) []match {
	routes := root.Match(labels)
	matches := make([]match, 0, len(routes))
	for _, route := range routes {
		opts := route.RouteOpts
		groupBy := make([]string, 0, len(opts.GroupBy))
		for name := range opts.GroupBy {
			groupBy = append(groupBy, string(name))
		}
		slices.Sort(groupBy)
		matches = append(matches, match{
			Receiver:            opts.Receiver,
			GroupBy:             groupBy,
			GroupByAll:          opts.GroupByAll,
			GroupWait:           model.Duration(opts.GroupWait).String(),
			GroupInterval:       model.Duration(opts.GroupInterval).String(),
			RepeatInterval:      model.Duration(opts.RepeatInterval).String(),
			ActiveTimeIntervals: append([]string{}, opts.ActiveTimeIntervals...),
			MuteTimeIntervals:   append([]string{}, opts.MuteTimeIntervals...),
		})
	}
	return matches
}
