use std::io::{self, Read};

fn main() -> io::Result<()> {
    let mut data = Vec::new();
    io::stdin().read_to_end(&mut data)?;
    let (mut bits, mut count) = (0u32, 0);
    let mut out = String::new();
    for byte in data {
        bits = bits << 8 | byte as u32;
        count += 8;
        while count >= 5 {
            count -= 5;
            out.push(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits >> count & 31) as usize] as char);
        }
    }
    if count > 0 {
        out.push(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[(bits << (5 - count) & 31) as usize] as char);
    }
    println!("{out}");
    Ok(())
}
