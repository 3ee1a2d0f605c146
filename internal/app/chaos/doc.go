// Package chaos kills the real program at random instants while people work
// with it, and checks that nothing acknowledged was lost and nothing was
// applied by half. It holds tests only, behind the build tag chaos:
//
//	make chaos                         100 rounds
//	ROUNDS=20 SEED=7 make chaos        fewer, with other instants
//
//	read: kill_test.go → hands_test.go → live_test.go → doctor_test.go → trace_test.go
package chaos
