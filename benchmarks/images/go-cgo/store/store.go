// Package store keeps notes in SQLite.
package store

/*
#cgo LDFLAGS: -lsqlite3
#include <sqlite3.h>
#include <stdlib.h>
*/
import "C"

import (
	"errors"
	"unsafe"
)

// Version of the library that was loaded is at least this.
const Least = 3

// Store is an open database.
type Store struct{ db *C.sqlite3 }

// Open opens a file.
func Open(path string) (*Store, error) {
	name := C.CString(path)
	defer C.free(unsafe.Pointer(name))
	s := &Store{}
	if C.sqlite3_open(name, &s.db) != C.SQLITE_OK {
		return nil, errors.New("cannot open " + path)
	}
	return s, s.run("CREATE TABLE IF NOT EXISTS notes (text TEXT)")
}

func (s *Store) run(sql string) error {
	text := C.CString(sql)
	defer C.free(unsafe.Pointer(text))
	if C.sqlite3_exec(s.db, text, nil, nil, nil) != C.SQLITE_OK {
		return errors.New(C.GoString(C.sqlite3_errmsg(s.db)))
	}
	return nil
}

// Add adds a note.
func (s *Store) Add(text string) error { return s.run("INSERT INTO notes VALUES ('" + text + "')") }

// Changed is how many rows were changed.
func (s *Store) Changed() int { return int(C.sqlite3_total_changes(s.db)) }
