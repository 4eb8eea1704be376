module heddle/bench/http

go 1.19
