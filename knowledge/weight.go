package knowledge

import "sync"

// functionCharacters stand in most questions whatever they are about. A pair of
// two of them says no more than one.
const functionCharacters = "的了吗呢吧啊呀哦嘛哈么嗯我你他她它您咱俺们这那哪个些是不没有在就都也还又再很太能会可以要想得着过把被给跟和与或到从对向为什怎样多几谁啥咋里上下来去好点儿子说看让请问帮"

var functionSet = sync.OnceValue(func() map[uint64]bool {
	set := map[uint64]bool{}
	for _, r := range functionCharacters {
		set[uint64(r)] = true
	}
	return set
})

// kindWeight is what the kind of a term is worth, beside its rarity.
func kindWeight(key uint64) float32 {
	if key>>63 == 1 {
		return 1 // a word of letters and digits
	}
	function := functionSet()
	if single(key) {
		if function[key] {
			return weighSingle * weighFunction
		}
		return weighSingle
	}
	first, second := function[key>>21], function[key&(1<<21-1)]
	switch {
	case first && second:
		return weighFunction
	case first || second:
		return (1 + weighFunction) / 2
	}
	return 1
}
