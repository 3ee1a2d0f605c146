// Command zhuomo is the whole product in one program.
package main

import (
	"context"
	"os"

	"zhuomo/internal/app"
)

func main() { os.Exit(app.Main(context.Background(), os.Args[1:])) }
