// A trainer, with the steps of docs/reference/asyncapi.yaml. In this folder: go mod init trainer && go mod tidy && go run . nats://127.0.0.1:4222 plain w1
package main

import (
	"errors"
	"math"
	"os"
	"slices"
	"strconv"
	"time"
)

func train(p params, report func(step int, value float64) error) (float64, error) {
	for step := 1; step <= p.Steps; step++ {
		time.Sleep(time.Duration(p.Pause * float64(time.Second))) // your training goes here
		if err := report(step, p.X+float64(step)); err != nil {
			return 0, err
		}
	}
	if p.Outcome == "error" {
		return 0, errors.New("this configuration is wrong")
	}
	return map[bool]float64{false: p.X, true: math.NaN()}[p.Outcome == "nan"], nil
}

func main() {
	s := open(os.Args[1], os.Args[2], os.Args[3])
	objective := s.last("created").Objectives[0].Name
	for s.isOver = s.last("study").Type == "closed"; !s.isOver; s.hear() {
		pulled := s.pull() // 1
		if pulled == nil {
			continue
		}
		held := s.last("by.*." + strconv.Itoa(s.now.Trial)).Attempt // 2
		if slices.Contains(s.now.Avoid, s.trainer) {
			pulled.NakWithDelay(time.Second / 4)
			continue
		}
		if held >= s.now.Attempt {
			pulled.Ack()
			continue
		}
		s.publish("started", fields{"attempt": s.now.Attempt, "trainer": s.trainer}) // 3
		pulled.Ack()                                                                 // 4
		stopBeats := s.beat()                                                        // 5
		value, err := train(s.now.Params, func(step int, value float64) error {
			s.publish("reported", fields{"step": step, "values": fields{objective: value}}) // 6
			return s.hear()
		})
		switch { // 7
		case err == errStopped:
			s.publish("stopped", fields{})
		case err != nil:
			s.publish("failed", fields{"reason": "error", "message": err.Error()})
		case math.IsNaN(value):
			s.publish("failed", fields{"reason": "non-finite"})
		default:
			s.publish("completed", fields{"values": fields{objective: value}})
		}
		stopBeats()
	}
}
