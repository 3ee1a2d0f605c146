// Package chaos does to the real program what hostile days do, while people
// work with it, and checks that nothing acknowledged was lost, nothing was done
// twice and nothing applied by half; and it traces the program's system calls
// for an answer that came before its sync. It holds tests only, most of them
// behind the build tag chaos:
//
//	make chaos                                  100 rounds on each database
//	make chaos DB=postgres ROUNDS=20 SEED=7     fewer, with other instants
//
//	the killing: kill_test.go (SQLite) → server_test.go → seed_test.go;
//	             shared_test.go (PostgreSQL, many processes) → house_test.go
//	             study_test.go (studies, on both)
//	the taking:  outage_test.go (disk, database, bucket)
//	who works:   hands_test.go, label_test.go, live_test.go, writing into ledger_test.go
//	who looks:   stored_test.go (what lies on the disk), doctor_test.go (what the next start says)
//	the trace:   trace_test.go → syscalls_test.go
package chaos
