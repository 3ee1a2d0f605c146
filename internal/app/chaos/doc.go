// Package chaos kills the real program at random instants while people work
// with it, and checks that nothing acknowledged was lost and nothing was
// applied by half; and it traces the program's system calls for an answer that
// came before its sync. It holds tests only, most of them behind the build tag
// chaos:
//
//	make chaos                         100 rounds
//	ROUNDS=20 SEED=7 make chaos        fewer, with other instants
//
//	the killing: kill_test.go → server_test.go → seed_test.go
//	who works:   hands_test.go, label_test.go, live_test.go, writing into ledger_test.go
//	who looks:   stored_test.go (what lies on the disk), doctor_test.go (what the next start says)
//	the trace:   trace_test.go → syscalls_test.go
package chaos
