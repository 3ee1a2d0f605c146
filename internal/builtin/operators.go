// Package builtin is the one page that lists every built-in component.
package builtin

import (
	"zhuomo/clean"
	"zhuomo/clean/operator"
)

// Operators lists the cleaning operators in the order in which pages show them.
func Operators() []clean.Operator {
	return []clean.Operator{
		operator.Mojibake(),            // clean.mojibake.v1
		operator.HTMLEntities(),        // clean.html_entities.v1
		operator.HTMLTags(),            // clean.html_tags.v1
		operator.TrimSignature(),       // clean.trim_signature.v1
		operator.Invisible(),           // clean.invisible.v1
		operator.Width(),               // clean.width.v1
		operator.NFC(),                 // clean.nfc.v1
		operator.Emoji(),               // clean.emoji.v1
		operator.PinyinGloss(),         // clean.pinyin_gloss.v1
		operator.Script(),              // clean.script.v1
		operator.Punctuation(),         // clean.punctuation.v1
		operator.RepeatedPunctuation(), // clean.repeated_punctuation.v1
		operator.Quotes(),              // clean.quotes.v1
		operator.Space(),               // clean.space.v1
		operator.PersonalData(),        // clean.personal_data.v1
		operator.Dates(),               // clean.dates.v1
		operator.Numbers(),             // clean.numbers.v1
		operator.BrokenRows(),          // clean.broken_rows.v1
		operator.MachineNotices(),      // clean.machine_notices.v1
		operator.AgentTemplates(),      // clean.agent_templates.v1
		operator.DuplicateRows(),       // clean.duplicate_rows.v1
		operator.DuplicateTurns(),      // clean.duplicate_turns.v1
		operator.DuplicateSessions(),   // clean.duplicate_sessions.v1
		operator.Length(),              // clean.length.v1
		operator.Language(),            // clean.language.v1
		operator.GatherColumns(),       // clean.gather_columns.v1
		operator.MapValues(),           // clean.map_values.v1
		operator.RegexReplace(),        // clean.regex_replace.v1
		operator.SplitRows(),           // clean.split_rows.v1
		operator.SplitSentences(),      // clean.split_sentences.v1
	}
}
