package track_test

import (
	"context"
	"testing"

	"zhuomo/internal/db"
	"zhuomo/internal/testkit"
	"zhuomo/track"
)

func TestAThreadIsMaskedEverywhereItSpeaks(t *testing.T) {
	const phone = "13912345678"
	said := "我的电话是" + phone + "，帮我改"
	turn := track.TurnFact{Text: said, Reply: said, History: []string{said}}
	thread := track.Thread{
		Turn:   &turn,
		Shaped: []track.Shaped{{Turn: track.TurnFact{Text: said}}},
		Rows: []track.RowThread{{
			Witness: &track.WitnessFact{Text: said},
			Row:     &track.RowFact{Raw: said, Values: map[string]string{"用户": said}},
			Changes: []track.ChangeFact{{Before: said, After: "我的电话是[手机号]，帮我改"}},
		}},
	}
	thread.Mask()
	const hidden = "我的电话是139••••5678，帮我改"
	row := thread.Rows[0]
	for i, got := range []string{turn.Text, turn.Reply, turn.History[0], thread.Shaped[0].Turn.Text, row.Witness.Text, row.Row.Raw, row.Row.Values["用户"], row.Changes[0].Before} {
		if got != hidden {
			t.Errorf("place %d shows %q", i, got)
		}
	}
	if row.Changes[0].After != "我的电话是[手机号]，帮我改" || thread.Masked != 8 {
		t.Errorf("after %q, masked %d", row.Changes[0].After, thread.Masked)
	}
}

func TestALookAtPersonalDataIsKept(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, d *db.DB) {
		s, _ := open(t, d)
		ctx := context.Background()
		shown, err := s.Shown(ctx, "", "t1", false)
		if err != nil || len(shown.Reveals) != 0 {
			t.Fatalf("%+v, %v", shown.Reveals, err)
		}
		if _, err := s.Reveal(ctx, "", "t1", " 核对投诉 "); err != nil {
			t.Fatal(err)
		}
		shown, err = s.Shown(ctx, "", "t1", false)
		if err != nil || len(shown.Reveals) != 1 || shown.Reveals[0].Reason != "核对投诉" || shown.Reveals[0].AtUS != 1 {
			t.Errorf("%+v, %v", shown.Reveals, err)
		}
		if _, err := s.Reveal(ctx, "", "nothing", "看看"); err == nil {
			t.Error("a thread that is not there was revealed")
		}
	})
}
