package clean

// Op is one stretch of a difference between two texts.
type Op struct {
	Kind string `json:"kind" enum:"same,add,del"`
	Text string `json:"text"`
}

// maxDiffCells bounds the table of the exact difference; beyond it the changed
// middle is shown as one deletion and one addition.
const maxDiffCells = 1 << 20

// Diff tells by characters how before became after, with the longest common
// subsequence of what differs.
func Diff(before, after string) []Op {
	a, b := []rune(before), []rune(after)
	var head, tail []rune
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head, a, b = append(head, a[0]), a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail, a, b = append(tail, a[len(a)-1]), a[:len(a)-1], b[:len(b)-1]
	}
	for i, j := 0, len(tail)-1; i < j; i, j = i+1, j-1 {
		tail[i], tail[j] = tail[j], tail[i]
	}
	var ops []Op
	add := func(kind string, r ...rune) {
		if len(r) == 0 {
			return
		}
		if n := len(ops); n > 0 && ops[n-1].Kind == kind {
			ops[n-1].Text += string(r)
			return
		}
		ops = append(ops, Op{kind, string(r)})
	}
	add("same", head...)
	if (len(a)+1)*(len(b)+1) > maxDiffCells {
		add("del", a...)
		add("add", b...)
	} else {
		middle(a, b, add)
	}
	add("same", tail...)
	return ops
}

// middle walks the table of common subsequence lengths, deletions first.
func middle(a, b []rune, add func(kind string, r ...rune)) {
	width := len(b) + 1
	common := make([]int32, (len(a)+1)*width)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i*width+j] = common[(i+1)*width+j+1] + 1
			} else {
				common[i*width+j] = max(common[(i+1)*width+j], common[i*width+j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			add("same", a[i])
			i, j = i+1, j+1
		case common[(i+1)*width+j] >= common[i*width+j+1]:
			add("del", a[i])
			i++
		default:
			add("add", b[j])
			j++
		}
	}
	add("del", a[i:]...)
	add("add", b[j:]...)
}
