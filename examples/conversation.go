package examples

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

var (
	head  = regexp.MustCompile(`^== (.+) \| ([^|]+) \| (\d{4}-\d\d-\d\d \d\d:\d\d)$`)
	asked = regexp.MustCompile(`^客 (\S.*\S|\S) #([a-z_]+(?:,[a-z_]+)*)$`)
	said  = regexp.MustCompile(`^服 (\S.*\S|\S)$`)
)

// readConversations reads a file of conversations:
//
//	== 标题 | 渠道 | 2026-08-03 19:42
//	客 在吗 #greet
//	服 您好，这里是拾程旅行
//
// with a blank line between two, on one of the channels. Their ids are the
// file's name and a number.
func readConversations(file, body string, channels []string) ([]Conversation, error) {
	var all []Conversation
	for i, line := range strings.Split(strings.TrimRight(body, "\n"), "\n") {
		line = strings.TrimRight(line, " ")
		if line == "" {
			continue
		}
		if m := head.FindStringSubmatch(line); m != nil {
			if !slices.Contains(channels, m[2]) {
				return nil, fmt.Errorf("line %d: channel %q is not one of %v", i+1, m[2], channels)
			}
			at, err := time.Parse("2006-01-02 15:04", m[3])
			if err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			all = append(all, Conversation{ID: fmt.Sprintf("%s-%02d", file, len(all)+1), Title: m[1], Channel: m[2], Time: at})
			continue
		}
		if len(all) == 0 {
			return nil, fmt.Errorf("line %d: a turn before the first conversation", i+1)
		}
		c := &all[len(all)-1]
		if m := asked.FindStringSubmatch(line); m != nil {
			c.Turns = append(c.Turns, Turn{Speaker: Customer, Text: m[1], Labels: strings.Split(m[2], ",")})
		} else if m := said.FindStringSubmatch(line); m != nil {
			c.Turns = append(c.Turns, Turn{Speaker: Agent, Text: m[1]})
		} else {
			return nil, fmt.Errorf("line %d: neither head, customer nor agent: %q", i+1, line)
		}
	}
	return all, nil
}
