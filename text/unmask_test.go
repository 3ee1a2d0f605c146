package text_test

import (
	"testing"

	"zhuomo/text"
)

func TestWhatComesBackMaskedIsTakenForWhatWasKept(t *testing.T) {
	t.Parallel()
	const kept = "- text: 打我 13800138000\n- text: 打他 13811138000\n- text: 没有\n"
	shown, finds := text.Masked(kept)
	if finds != 2 {
		t.Fatalf("%q has %d finds", shown, finds)
	}
	for name, c := range map[string]struct{ sent, want string }{
		"nothing was changed":       {shown, kept},
		"a line was added":          {shown + "- text: 新的\n", kept + "- text: 新的\n"},
		"a line was moved":          {"- text: 打他 138••••8000\n- text: 没有\n", "- text: 打他 13811138000\n- text: 没有\n"},
		"words beside it changed":   {"- text: 请打我 138••••8000\n", "- text: 请打我 13800138000\n"},
		"dots that somebody typed":  {"- text: 略••略\n", "- text: 略••略\n"},
		"a number that is not kept": {"- text: 139••••0000\n", "- text: 139••••0000\n"},
	} {
		if got := text.Unmasked(c.sent, kept); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := text.Unmasked(shown); got != shown {
		t.Errorf("without what was kept: %q", got)
	}
}
