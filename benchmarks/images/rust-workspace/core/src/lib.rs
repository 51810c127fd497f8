use std::ffi::{c_char, c_int, c_void, CString};
use std::ptr::null_mut;

extern "C" {
    fn sqlite3_open(path: *const c_char, db: *mut *mut c_void) -> c_int;
    fn sqlite3_exec(db: *mut c_void, sql: *const c_char, f: *const c_void, a: *mut c_void, e: *mut *mut c_char) -> c_int;
    fn sqlite3_total_changes(db: *mut c_void) -> c_int;
}

pub struct List(*mut c_void);

impl List {
    pub fn open(path: &str) -> Option<List> {
        let mut db = null_mut();
        let path = CString::new(path).ok()?;
        let code = unsafe { sqlite3_open(path.as_ptr(), &mut db) };
        let list = List(db);
        (code == 0 && list.run("CREATE TABLE todo (text)")).then_some(list)
    }

    fn run(&self, sql: &str) -> bool {
        let sql = CString::new(sql).unwrap();
        unsafe { sqlite3_exec(self.0, sql.as_ptr(), std::ptr::null(), null_mut(), null_mut()) == 0 }
    }

    pub fn add(&self, text: &str) -> bool {
        self.run(&format!("INSERT INTO todo VALUES ('{}')", text.replace('\'', "''")))
    }

    pub fn len(&self) -> i32 {
        unsafe { sqlite3_total_changes(self.0) }
    }
}
