// The benchmarks of runtime/bench in Go: the same names, work and report.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

const (
	batch    = 1_000
	burst    = 1_000_000
	rounds   = 10_000
	items    = 100_000
	fibInput = 20
	fibForks = 10_945
)

type row struct {
	name     string
	threads  []int
	perRun   int
	once     bool
	function func(b *testing.B)
}

var rows = []row{
	{"spawn_join", []int{1, 2}, batch, false, spawnJoin(batch)},
	{"spawn_burst", []int{1}, burst, true, spawnJoin(burst)},
	{"spawn_wait", []int{1}, 1, false, spawnWait},
	{"channel_round_trip", []int{1, 2}, rounds, false, channelRoundTrip},
	{"channel_buffered", []int{1, 2}, items, false, channelBuffered(1)},
	{"channel_buffered_4_to_4", []int{2}, items, false, channelBuffered(4)},
	{"select_2", []int{1}, items, false, select2},
	{"mutex_free", []int{1}, 1, false, mutexFree},
	{"mutex_contended", []int{2}, items, false, mutexContended},
	{"yield_2", []int{1}, 2 * rounds, false, yield2},
	{"semaphore_ping_pong", []int{1}, rounds, false, semaphorePingPong},
	{"fork_join", []int{1, 2}, fibForks, false, forkJoin},
	{"timer_made_stopped", []int{1}, 1, false, timerMadeStopped},
	{"timer_reset", []int{1}, 1, false, timerReset},
	{"wait_group", []int{1}, 1, false, waitGroup},
	{"parked", []int{1}, 1, true, parked(100_000)},
	{"parked_million", []int{1}, 1, true, parked(1_000_000)},
}

func spawnJoin(count int) func(b *testing.B) {
	return func(b *testing.B) {
		slots := make([]int, count)
		for n := 0; n < b.N; n++ {
			var wg sync.WaitGroup
			for i := range slots {
				i := i
				wg.Add(1)
				go func() {
					slots[i] = i
					wg.Done()
				}()
			}
			wg.Wait()
		}
	}
}

func spawnWait(b *testing.B) {
	var result int
	for n := 0; n < b.N; n++ {
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			result = n
			wg.Done()
		}()
		wg.Wait()
	}
	runtime.KeepAlive(result)
}

func both(first, second func()) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { first(); wg.Done() }()
	go func() { second(); wg.Done() }()
	wg.Wait()
}

func channelRoundTrip(b *testing.B) {
	for n := 0; n < b.N; n++ {
		there, back := make(chan int), make(chan int)
		both(func() {
			for i := 0; i < rounds; i++ {
				there <- i
				<-back
			}
			close(there)
		}, func() {
			for value := range there {
				back <- value
			}
		})
	}
}

func channelBuffered(pairs int) func(b *testing.B) {
	return func(b *testing.B) {
		for n := 0; n < b.N; n++ {
			channel := make(chan int, 1024)
			var producers, consumers sync.WaitGroup
			producers.Add(pairs)
			consumers.Add(pairs)
			for p := 0; p < pairs; p++ {
				go func() {
					for i := 0; i < items/pairs; i++ {
						channel <- i
					}
					producers.Done()
				}()
				go func() {
					for range channel {
					}
					consumers.Done()
				}()
			}
			producers.Wait()
			close(channel)
			consumers.Wait()
		}
	}
}

func select2(b *testing.B) {
	for n := 0; n < b.N; n++ {
		left, right := make(chan int), make(chan int)
		produce := func(channel chan int) {
			for i := 0; i < items/2; i++ {
				channel <- i
			}
		}
		go produce(left)
		go produce(right)
		for i := 0; i < items; i++ {
			select {
			case <-left:
			case <-right:
			}
		}
	}
}

func mutexFree(b *testing.B) {
	var mutex sync.Mutex
	count := 0
	for n := 0; n < b.N; n++ {
		mutex.Lock()
		count++
		mutex.Unlock()
	}
}

func mutexContended(b *testing.B) {
	const tasks = 4
	for n := 0; n < b.N; n++ {
		var mutex sync.Mutex
		var wg sync.WaitGroup
		count := 0
		wg.Add(tasks)
		for t := 0; t < tasks; t++ {
			go func() {
				for i := 0; i < items/tasks; i++ {
					mutex.Lock()
					count++
					mutex.Unlock()
				}
				wg.Done()
			}()
		}
		wg.Wait()
		if count != items {
			panic("an increment was lost")
		}
	}
}

func yield2(b *testing.B) {
	for n := 0; n < b.N; n++ {
		turns := func() {
			for i := 0; i < rounds; i++ {
				runtime.Gosched()
			}
		}
		both(turns, turns)
	}
}

func semaphorePingPong(b *testing.B) {
	for n := 0; n < b.N; n++ {
		ping, pong := make(chan struct{}, 1), make(chan struct{}, 1)
		both(func() {
			for i := 0; i < rounds; i++ {
				ping <- struct{}{}
				<-pong
			}
		}, func() {
			for i := 0; i < rounds; i++ {
				<-ping
				pong <- struct{}{}
			}
		})
	}
}

func fib(n int) int {
	if n < 2 {
		return n
	}
	var wg sync.WaitGroup
	var left int
	wg.Add(1)
	go func() {
		left = fib(n - 1)
		wg.Done()
	}()
	right := fib(n - 2)
	wg.Wait()
	return left + right
}

func forkJoin(b *testing.B) {
	for n := 0; n < b.N; n++ {
		if fib(fibInput) != 6765 {
			panic("a wrong sum")
		}
	}
}

func timerMadeStopped(b *testing.B) {
	for n := 0; n < b.N; n++ {
		time.NewTimer(time.Hour).Stop()
	}
}

func timerReset(b *testing.B) {
	timer := time.NewTimer(time.Hour)
	for n := 0; n < b.N; n++ {
		timer.Reset(time.Hour)
	}
	timer.Stop()
}

func waitGroup(b *testing.B) {
	var wg sync.WaitGroup
	wg.Add(1)
	for n := 0; n < b.N; n++ {
		wg.Add(1)
		wg.Done()
	}
	wg.Done()
}

func parked(count int) func(b *testing.B) {
	return func(b *testing.B) {
		before := residentBytes()
		gate := make(chan struct{})
		var waiting int64
		var wg sync.WaitGroup
		wg.Add(count)
		for i := 0; i < count; i++ {
			go func() {
				atomic.AddInt64(&waiting, 1)
				<-gate
				wg.Done()
			}()
		}
		for atomic.LoadInt64(&waiting) != int64(count) {
			runtime.Gosched()
		}
		b.ReportMetric(float64(residentBytes()-before)/float64(count), "bytes")
		close(gate)
		wg.Wait()
	}
}

func residentBytes() int {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		panic(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		panic(err)
	}
	return pages * os.Getpagesize()
}

// All threads together, as Google Benchmark's MeasureProcessCPUTime.
func processTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

type report struct {
	Name           string  `json:"name"`
	RealTime       float64 `json:"real_time"`
	CPUTime        float64 `json:"cpu_time"`
	ItemsPerSecond float64 `json:"items_per_second"`
	Bytes          float64 `json:"bytes,omitempty"`
}

// The command line and the report of Google Benchmark, as far as run.py uses them.
func main() {
	testing.Init()
	list := flag.Bool("benchmark_list_tests", false, "print the names and do nothing else")
	filter := flag.String("benchmark_filter", ".", "run what matches this expression")
	flag.String("benchmark_format", "json", "the only one there is")
	flag.Parse()

	chosen := regexp.MustCompile(*filter)
	reports := []report{}
	for _, row := range rows {
		for _, threads := range row.threads {
			name := fmt.Sprintf("%s/T:%d", row.name, threads)
			if !chosen.MatchString(name) {
				continue
			}
			if *list {
				fmt.Println(name)
				continue
			}
			duration := "200ms"
			if row.once {
				duration = "1x"
			}
			flag.Set("test.benchtime", duration)
			runtime.GOMAXPROCS(threads)
			var spent time.Duration
			result := testing.Benchmark(func(b *testing.B) {
				before := processTime()
				row.function(b)
				spent = processTime() - before
			})
			reports = append(reports, report{
				Name:           name,
				RealTime:       float64(result.T) / float64(result.N),
				CPUTime:        float64(spent) / float64(result.N),
				ItemsPerSecond: float64(result.N*row.perRun) / result.T.Seconds(),
				Bytes:          result.Extra["bytes"],
			})
		}
	}
	if !*list {
		json.NewEncoder(os.Stdout).Encode(map[string]any{"benchmarks": reports})
	}
}
