package serve

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"zhuomo/dialog"
	"zhuomo/internal/spec"
)

// Read on in voicechannel.go → voicetalk.go → voicehttp.go → voice/.

// Voice is a platform of devices that are spoken to. It knows the form in which
// the platform asks and answers, and how to tell that a request is really the
// platform's. Methods may be called from many goroutines; nothing is kept between
// two requests but certificates.
type Voice interface {
	Spec() VoiceSpec
	// Hear reads a request after making sure that the platform sent it, and lately.
	// Faults: VoiceRefused, StaleVoice, BadVoiceRequest.
	Hear(ctx context.Context, r VoiceRequest, v VoiceChannel) (VoiceMessage, error)
	// Answer writes what is to be said, in the form of the request that was heard.
	Answer(h VoiceMessage, s Spoken) ([]byte, error)
}

// VoiceSpec is what pages and the command line tell of a platform.
type VoiceSpec struct {
	Name    string        `json:"name" table:"平台|platform"` // as it is written in requests
	Title   spec.Text     `json:"title" table:"名称|title"`
	Explain spec.Text     `json:"explain" table:"说明|what it is"`
	Needs   []string      `json:"needs" table:"要填的|needs"` // fields of a channel: skill_id, key_id, secret, public_key
	OwnKey  bool          `json:"own_key" doc:"平台不签名：地址里带一个我们给的口令|the platform signs nothing, so the address carries a key of ours"`
	Refuses int           `json:"-"` // the status by which the platform knows a refusal; 0: that of the fault
	Forgets time.Duration `json:"-"` // how long the ids of its requests are remembered
}

// VoiceRequest is a request as it came.
type VoiceRequest struct {
	Path   string
	Query  url.Values
	Host   string
	Header http.Header
	Body   []byte
	At     time.Time // now
}

// VoiceKind is what a platform tells.
type VoiceKind string

const (
	Opened VoiceKind = "opened" // somebody opened the product
	Said   VoiceKind = "said"   // somebody said Text
	Quiet  VoiceKind = "quiet"  // nobody answered
	Closed VoiceKind = "closed" // the session is over; nobody listens
	Noted  VoiceKind = "noted"  // something of the device that wants no words
)

// VoiceMessage is a request that was understood.
type VoiceMessage struct {
	Kind      VoiceKind
	Text      string // as it was recognised: without punctuation
	Session   string // the platform's id of the conversation
	Person    string // the platform's id of the user; "" where it tells none
	RequestID string
	Version   string // of the protocol, to be answered in
}

// Spoken is an answer, for a voice and for a screen if there is one.
type Spoken struct {
	Say    string
	Show   string
	Listen bool // the microphone opens: something was asked
	End    bool // the session ends
}

// VoiceWindow is how far a request's clock may be from ours.
const VoiceWindow = 180 * time.Second

// Recent refuses a request whose clock is not ours. Faults: StaleVoice.
func (r VoiceRequest) Recent(sent time.Time) error {
	if apart := r.At.Sub(sent).Abs(); apart >= VoiceWindow {
		return StaleVoice.With("seconds", int64(apart.Seconds()), "limit", int(VoiceWindow.Seconds()))
	}
	return nil
}

// What every device must be able to be told, whatever the flow knows. Only the
// whole utterance counts: inside a sentence the model decides.
var wishes = map[dialog.Role][]string{
	dialog.Leaves:  strings.Fields("退出 退出吧 我要退出 退出技能 退出应用 关闭技能 退下 退下吧 关闭 结束对话"),
	dialog.Repeats: strings.Fields("重复 重复一遍 再说一遍 再说一次 再重复一遍 没听清 我没听清 没听清楚 请再说一遍 你说什么"),
	dialog.Helps:   strings.Fields("帮助 使用帮助 怎么用 怎么玩 你会什么 你会干什么 你能做什么 你能干什么 有什么功能"),
}

func wishOf(said string) dialog.Role {
	said = strings.TrimRight(strings.TrimSpace(said), "。！？!?. ")
	for _, role := range []dialog.Role{dialog.Leaves, dialog.Repeats, dialog.Helps} {
		if slices.Contains(wishes[role], said) {
			return role
		}
	}
	return ""
}
