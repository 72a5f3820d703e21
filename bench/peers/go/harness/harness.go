// Package harness answers the runner: see ../../run.py for what it asks.
package harness

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"runtime/debug"
	"sort"
	"strings"
	"time"
)

// Form is one way to ask an engine; Decide is timed and answers request i.
type Form struct {
	Name   string
	Decide func(i int) bool
}

// Request is what the peers are asked.
type Request struct {
	Principal struct {
		ID        string   `json:"id"`
		Roles     []string `json:"roles"`
		Dept      string   `json:"dept"`
		Clearance int64    `json:"clearance"`
		Suspended bool     `json:"suspended"`
	} `json:"principal"`
	Action   string `json:"action"`
	Resource struct {
		ID    string `json:"id"`
		Path  string `json:"path"`
		Owner string `json:"owner"`
		Dept  string `json:"dept"`
		Label int64  `json:"label"`
		Env   string `json:"env"`
	} `json:"resource"`
	Context struct {
		Amount  int64  `json:"amount"`
		Hour    int64  `json:"hour"`
		IP      string `json:"ip"`
		MFA     bool   `json:"mfa"`
		Tool    string `json:"tool"`
		Agent   string `json:"agent"`
		Session string `json:"session"`
		Trace   string `json:"trace"`
	} `json:"context"`
}

// Must ends the program: a benchmark that measures a failure measures nothing.
func Must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func version(module string) string {
	info, _ := debug.ReadBuildInfo()
	for _, m := range info.Deps {
		if m.Path == module {
			return m.Version
		}
	}
	return "unknown"
}

func shuffled(seed uint64, picks, requests int) []int {
	order := make([]int, picks)
	for i := range order {
		seed = seed*6364136223846793005 + 1442695040888963407
		order[i] = int(seed>>33) % requests
	}
	return order
}

// Run reads the requests (third column), makes the forms and answers until its input ends.
func Run(engine, module, policy string, make func(policy string, requests [][]byte) []Form) {
	var requests [][]byte
	for _, line := range strings.Split(strings.TrimSpace(string(Must(os.ReadFile(os.Args[1])))), "\n") {
		requests = append(requests, []byte(strings.Split(line, "\t")[2]))
	}
	forms := make(string(Must(os.ReadFile(os.Args[2]+"/"+policy))), requests)
	var names []string
	for _, f := range forms {
		names = append(names, f.Name)
	}
	hello, _ := json.Marshal(map[string]any{"engine": engine, "version": version(module), "forms": names})
	fmt.Println(string(hello))
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		var what string
		var form, picks int
		var seed uint64
		fmt.Sscan(input.Text(), &what, &form, &seed, &picks)
		answer(what, forms[form].Decide, shuffled(seed, picks, len(requests)), len(requests))
	}
}

func answer(what string, decide func(int) bool, order []int, requests int) {
	switch what {
	case "answers":
		text := make([]byte, requests)
		for i := range text {
			text[i] = '0'
			if decide(i) {
				text[i] = '1'
			}
		}
		fmt.Println(string(text))
	case "round":
		start, allowed := time.Now(), 0
		for _, i := range order {
			if decide(i) {
				allowed++
			}
		}
		fmt.Println(time.Since(start).Nanoseconds(), allowed)
	case "each":
		times := make([]int64, len(order))
		for k, i := range order {
			start := time.Now()
			decide(i)
			times[k] = time.Since(start).Nanoseconds()
		}
		sort.Slice(times, func(a, b int) bool { return times[a] < times[b] })
		fmt.Println(times[len(times)*99/100])
	}
}
