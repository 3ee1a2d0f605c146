package sampler

import (
	"zhuomo/internal/spec"
	"zhuomo/tune"
)

type auto struct{}

// Auto is the sampler for who does not want to choose one: a Gaussian process while
// its map is cheap, then CMA-ES round the best or, where most dials are choices, TPE.
// It begins with what was best in earlier studies, where there are any.
func Auto() tune.Sampler { return auto{} }

func (auto) Spec() spec.Spec {
	return spec.Spec{
		Name:  "tune.auto.v1",
		Title: spec.Text{ZH: "自动", EN: "Automatic"},
		Help: spec.Text{
			ZH: "不用选：先试以前实验里最好的取值；前 250 次用高斯过程，找得最快；再往后换成 CMA-ES，选项多的换成 TPE",
			EN: "no need to choose: what was best in earlier studies first; a Gaussian process for the first 250 trials, which finds most quickly; then CMA-ES, or TPE where most parameters are choices",
		},
	}
}

// mapUntil is the trial from which a Gaussian process costs more than it finds.
const mapUntil = 250

// Warm marks that searches begin with Space.Begin.
func (auto) Warm() {}

func (auto) Start(space tune.Space, seed uint64) (tune.Asker, error) {
	first, err := Gaussian().Start(space, seed)
	if err != nil {
		return nil, err
	}
	choices := 0
	for _, p := range space.Dials {
		if isChoice(p) {
			choices++
		}
	}
	if 2*choices > len(space.Dials) {
		then, err := Parzen().Start(space, seed)
		return &autoAsker{space.Begin, first, then}, err
	}
	return &autoAsker{space.Begin, first, startEvolution(space, seed, mapUntil)}, nil
}

type autoAsker struct {
	begin       []spec.Values
	first, then tune.Asker
}

func (a *autoAsker) Ask(number int) spec.Values {
	if number < len(a.begin) {
		a.Mind(number, a.begin[number])
		return a.begin[number]
	}
	if number < mapUntil {
		return a.first.Ask(number)
	}
	return a.then.Ask(number)
}

func (a *autoAsker) Tell(t tune.Trial) {
	a.first.Tell(t)
	a.then.Tell(t)
}

// Mind tells both of a trial under way.
func (a *autoAsker) Mind(number int, v spec.Values) {
	for _, asker := range []tune.Asker{a.first, a.then} {
		if m, can := asker.(tune.Minder); can {
			m.Mind(number, v)
		}
	}
}
