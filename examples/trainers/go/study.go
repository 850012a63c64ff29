package main

import (
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// message has the fields of all messages that a trainer reads.
type message struct {
	Type, Run, Code string
	Trial, Attempt  int
	Params          params
	Avoid           []string
	Objectives      []struct{ Name string }
}

type params struct {
	X, Pause float64
	Steps    int
	Outcome  string
}

type fields map[string]any

// study is a study on a server, as its trainer reads and writes it.
type study struct {
	nc            *nats.Conn
	js            nats.JetStreamContext
	queue         *nats.Subscription
	heard         chan *nats.Msg
	root, trainer string
	isOver        bool
	now           message // the suggestion that it evaluates
	ends          error   // why it should end
	lease         time.Duration
}

var errStopped, errLost = errors.New("stopped"), errors.New("another trainer has the trial")

// insist asks until there is an answer.
func insist[T any](ask func() (T, error)) T {
	answer, err := ask()
	for ; err != nil; answer, err = ask() {
		time.Sleep(time.Second / 5)
	}
	return answer
}

func open(url, name, trainer string) *study {
	nc := insist(func() (*nats.Conn, error) {
		return nats.Connect(url, nats.MaxReconnects(-1), nats.PingInterval(2*time.Second), nats.MaxPingsOutstanding(2))
	})
	s := &study{nc: nc, heard: make(chan *nats.Msg, 64), root: "ht." + name, trainer: trainer}
	s.js = insist(func() (nats.JetStreamContext, error) { return nc.JetStream(nats.MaxWait(2 * time.Second)) })
	s.queue = insist(func() (*nats.Subscription, error) {
		return s.js.PullSubscribe(s.root+".log.suggested", "trainers", nats.Bind("HT_"+name, "trainers"))
	})
	for _, subject := range []string{".directive.*", ".rejected." + trainer} {
		insist(func() (*nats.Subscription, error) { return nc.ChanSubscribe(s.root+subject, s.heard) })
	}
	go func() {
		for ; ; time.Sleep(5 * time.Second) {
			nc.Publish(s.root+".beat."+trainer+".0", []byte(`{"slots": 1}`))
		}
	}()
	return s
}

// last reads the last fact of a subject of the log; its fields are empty if there is none.
func (s *study) last(subject string) (found message) {
	stored := insist(func() (*nats.RawStreamMsg, error) {
		stored, err := s.js.GetLastMsg("HT_"+s.root[len("ht."):], s.root+".log."+subject, nats.DirectGet())
		if errors.Is(err, nats.ErrMsgNotFound) {
			return &nats.RawStreamMsg{}, nil
		}
		return stored, err
	})
	json.Unmarshal(stored.Data, &found)
	return found
}

// publish stores a fact about the trial that it holds, with the same id until the server has it. About a lost run, it sends nothing more.
func (s *study) publish(kind string, more fields) {
	if s.ends == errLost {
		return
	}
	more["type"], more["trial"], more["run"] = kind, s.now.Trial, s.now.Run
	fact, _ := json.Marshal(more)
	id := nats.MsgId(nats.NewInbox())
	insist(func() (*nats.PubAck, error) {
		return s.js.Publish(s.root+".log.by."+s.trainer+"."+strconv.Itoa(s.now.Trial), fact, id)
	})
}

// hear reads what has arrived, and says why the trial should end.
func (s *study) hear() error {
	for len(s.heard) > 0 {
		one := <-s.heard
		var about message
		json.Unmarshal(one.Data, &about)
		switch {
		case one.Header.Get("Nats-Stream") != "": // not from the engine
		case about.Type == "closed":
			s.isOver = true
		case about.Type == "stop" && about.Trial == s.now.Trial:
			s.ends = errStopped
		case about.Run == s.now.Run && (about.Type == "started" || about.Code == "ended"):
			s.ends = errLost
		}
	}
	return s.ends
}

// pull waits five seconds for a suggestion.
func (s *study) pull() *nats.Msg {
	pulled, err := s.queue.Fetch(1, nats.MaxWait(5*time.Second))
	if err != nil || len(pulled) == 0 {
		return nil
	}
	s.now, s.ends, s.lease = message{}, nil, 30*time.Second
	json.Unmarshal(pulled[0].Data, &s.now)
	s.now.Run = nats.NewInbox()
	if seconds, err := strconv.ParseFloat(pulled[0].Header.Get("Hypertide-Lease"), 64); err == nil {
		s.lease = time.Duration(seconds * float64(time.Second))
	}
	return pulled[0]
}

// beat sends heartbeats, three in a lease, until its result is called.
func (s *study) beat() (stop func()) {
	ticker, done := time.NewTicker(s.lease/3), make(chan bool)
	subject, beat := s.root+".beat."+s.trainer+"."+strconv.Itoa(s.now.Trial), []byte(`{"run": "`+s.now.Run+`"}`)
	go func() {
		for {
			select {
			case <-ticker.C:
				s.nc.Publish(subject, beat)
			case <-done:
				return
			}
		}
	}()
	return func() { close(done) }
}
