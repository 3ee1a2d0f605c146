package api

import (
	"strconv"
	"strings"
)

// Match is embedded in the input of an edit, which names the revision it saw.
type Match struct {
	IfMatch string `header:"If-Match" doc:"看到的版本号，防止覆盖别人的修改|the revision you saw, so that nobody's change is overwritten"`
}

// Revision is the revision in If-Match, as a number or a quoted number; 0 for
// "*", which takes any. Fault: NeedRevision.
func (m Match) Revision() (int64, error) {
	word := strings.Trim(strings.TrimPrefix(strings.TrimSpace(m.IfMatch), "W/"), `"`)
	if word == "*" {
		return 0, nil
	}
	revision, err := strconv.ParseInt(word, 10, 64)
	if err != nil || revision < 1 {
		return 0, NeedRevision.With().At("If-Match")
	}
	return revision, nil
}

// Tag is embedded in the output of what can be edited.
type Tag struct {
	ETag string `header:"ETag"`
}

// TagOf is the Tag of a revision.
func TagOf(revision int64) Tag { return Tag{ETag: `"` + strconv.FormatInt(revision, 10) + `"`} }
