//! Counts the legal chess games of a given length from a position. Input: `<depth> <FEN>`. Output: one line for each
//! first move with the number of games that begin with it, then the sum.

#![no_std]
#![no_main]

extern crate alloc;
mod millrace;

use alloc::{format, string::String, vec::Vec};

// A board of 16 columns: a square that is off the board has a bit of 0x88. White pieces are positive.
const PAWN: i8 = 1;
const KNIGHT: i8 = 2;
const BISHOP: i8 = 3;
const ROOK: i8 = 4;
const QUEEN: i8 = 5;
const KING: i8 = 6;

const DIAGONAL: [i32; 4] = [15, 17, -15, -17];
const STRAIGHT: [i32; 4] = [1, -1, 16, -16];
const ALL: [i32; 8] = [15, 17, -15, -17, 1, -1, 16, -16];
const JUMPS: [i32; 8] = [14, 31, 33, 18, -14, -31, -33, -18];

const NONE: u8 = 0xff;

#[derive(Clone)]
struct Board {
    squares: [i8; 128],
    /// 1 for White, −1 for Black.
    side: i8,
    /// Rights to castle: 1 and 2 White's short and long, 4 and 8 Black's.
    castling: u8,
    passed: u8,
    kings: [u8; 2],
}

#[derive(Clone, Copy)]
struct Move {
    from: u8,
    to: u8,
    promotion: i8,
}

fn is_on(square: i32) -> bool {
    square & 0x88 == 0
}

impl Board {
    fn read(fen: &str) -> Option<Board> {
        let mut fields = fen.split_ascii_whitespace();
        let mut board = Board { squares: [0; 128], side: 1, castling: 0, passed: NONE, kings: [NONE; 2] };
        let (mut rank, mut file) = (7usize, 0usize);
        for c in fields.next()?.bytes() {
            match c {
                b'/' => {
                    rank = rank.checked_sub(1)?;
                    file = 0;
                }
                b'1'..=b'8' => file += (c - b'0') as usize,
                _ => {
                    let kind = 1 + b"pnbrqk".iter().position(|&p| p == c.to_ascii_lowercase())? as i8;
                    let is_white = c.is_ascii_uppercase();
                    let square = rank * 16 + file;
                    if file > 7 {
                        return None;
                    }
                    board.squares[square] = if is_white { kind } else { -kind };
                    if kind == KING {
                        board.kings[!is_white as usize] = square as u8;
                    }
                    file += 1;
                }
            }
        }
        board.side = if fields.next()? == "w" { 1 } else { -1 };
        for c in fields.next()?.bytes() {
            board.castling |= b"KQkq".iter().position(|&p| p == c).map_or(0, |bit| 1 << bit);
        }
        let passed = fields.next()?.as_bytes();
        if let [file @ b'a'..=b'h', rank @ b'1'..=b'8'] = *passed {
            board.passed = (rank - b'1') * 16 + (file - b'a');
        }
        if board.kings.contains(&NONE) {
            return None;
        }
        Some(board)
    }

    fn is_attacked(&self, square: i32, by: i8) -> bool {
        let is = |at: i32, kind: i8| is_on(at) && self.squares[at as usize] == kind * by;
        let back = if by == 1 { -16 } else { 16 };
        if is(square + back - 1, PAWN) || is(square + back + 1, PAWN) {
            return true;
        }
        if JUMPS.iter().any(|step| is(square + step, KNIGHT)) || ALL.iter().any(|step| is(square + step, KING)) {
            return true;
        }
        let slides = |steps: &[i32], kind: i8| {
            steps.iter().any(|step| {
                let mut at = square + step;
                while is_on(at) && self.squares[at as usize] == 0 {
                    at += step;
                }
                is(at, kind) || is(at, QUEEN)
            })
        };
        slides(&DIAGONAL, BISHOP) || slides(&STRAIGHT, ROOK)
    }

    /// Moves by the rules of each piece; some leave their own king attacked.
    fn moves(&self, list: &mut Vec<Move>) {
        for from in 0..128i32 {
            if !is_on(from) {
                continue;
            }
            let piece = self.squares[from as usize] * self.side;
            match piece {
                PAWN => self.pawn_moves(from, list),
                KNIGHT => self.piece_moves(from, &JUMPS, false, list),
                BISHOP => self.piece_moves(from, &DIAGONAL, true, list),
                ROOK => self.piece_moves(from, &STRAIGHT, true, list),
                QUEEN => self.piece_moves(from, &ALL, true, list),
                KING => {
                    self.piece_moves(from, &ALL, false, list);
                    self.castle_moves(from, list);
                }
                _ => {}
            }
        }
    }

    fn piece_moves(&self, from: i32, steps: &[i32], is_sliding: bool, list: &mut Vec<Move>) {
        for step in steps {
            let mut to = from + step;
            while is_on(to) && self.squares[to as usize] * self.side <= 0 {
                list.push(Move { from: from as u8, to: to as u8, promotion: 0 });
                if !is_sliding || self.squares[to as usize] != 0 {
                    break;
                }
                to += step;
            }
        }
    }

    fn pawn_moves(&self, from: i32, list: &mut Vec<Move>) {
        let ahead = 16 * self.side as i32;
        let to = from + ahead;
        if self.squares[to as usize] == 0 {
            self.pawn_move(from, to, list);
            let is_home = from >> 4 == if self.side == 1 { 1 } else { 6 };
            if is_home && self.squares[(to + ahead) as usize] == 0 {
                list.push(Move { from: from as u8, to: (to + ahead) as u8, promotion: 0 });
            }
        }
        for to in [to - 1, to + 1] {
            if is_on(to) && (self.squares[to as usize] * self.side < 0 || to as u8 == self.passed) {
                self.pawn_move(from, to, list);
            }
        }
    }

    fn pawn_move(&self, from: i32, to: i32, list: &mut Vec<Move>) {
        let is_last = to >> 4 == 0 || to >> 4 == 7;
        let promotions: &[i8] = if is_last { &[KNIGHT, BISHOP, ROOK, QUEEN] } else { &[0] };
        list.extend(promotions.iter().map(|&promotion| Move { from: from as u8, to: to as u8, promotion }));
    }

    fn castle_moves(&self, king: i32, list: &mut Vec<Move>) {
        let rights = if self.side == 1 { self.castling } else { self.castling >> 2 };
        let is_free = |at: i32| self.squares[at as usize] == 0;
        let is_safe = |at: i32| !self.is_attacked(at, -self.side);
        if rights & 3 == 0 || !is_safe(king) {
            return;
        }
        if rights & 1 != 0 && is_free(king + 1) && is_free(king + 2) && is_safe(king + 1) {
            list.push(Move { from: king as u8, to: king as u8 + 2, promotion: 0 });
        }
        if rights & 2 != 0 && (1..4).all(|i| is_free(king - i)) && is_safe(king - 1) {
            list.push(Move { from: king as u8, to: king as u8 - 2, promotion: 0 });
        }
    }

    /// The position after a move; none if it leaves the own king attacked.
    fn after(&self, Move { from, to, promotion }: Move) -> Option<Board> {
        let mut next = self.clone();
        let piece = self.squares[from as usize];
        next.squares[from as usize] = 0;
        next.squares[to as usize] = if promotion == 0 { piece } else { promotion * self.side };
        next.passed = NONE;
        if piece == PAWN * self.side {
            if to == self.passed {
                next.squares[(to as i32 - 16 * self.side as i32) as usize] = 0;
            }
            if (to as i32 - from as i32).abs() == 32 {
                next.passed = (from + to) / 2;
            }
        }
        if piece == KING * self.side {
            next.kings[(self.side == -1) as usize] = to;
            let distance = to as i32 - from as i32;
            if distance.abs() == 2 {
                let (rook_from, rook_to) = if distance == 2 { (to + 1, to - 1) } else { (to - 2, to + 1) };
                next.squares[rook_to as usize] = next.squares[rook_from as usize];
                next.squares[rook_from as usize] = 0;
            }
        }
        for square in [from, to] {
            next.castling &= match square {
                0x04 => !3,
                0x07 => !1,
                0x00 => !2,
                0x74 => !12,
                0x77 => !4,
                0x70 => !8,
                _ => !0,
            };
        }
        if next.is_attacked(next.kings[(self.side == -1) as usize] as i32, -self.side) {
            return None;
        }
        next.side = -self.side;
        Some(next)
    }

    fn count(&self, depth: u32, lists: &mut [Vec<Move>]) -> u64 {
        let Some((list, deeper)) = lists.split_first_mut() else { return 1 };
        if depth == 0 {
            return 1;
        }
        list.clear();
        self.moves(list);
        list.iter().filter_map(|&m| self.after(m)).map(|next| next.count(depth - 1, deeper)).sum()
    }
}

fn name(square: u8) -> String {
    format!("{}{}", (b'a' + (square & 7)) as char, (b'1' + (square >> 4)) as char)
}

fn run(text: &str) -> Option<String> {
    let (depth, fen) = text.trim().split_once(' ')?;
    let depth: u32 = depth.parse().ok().filter(|depth| (1..=12).contains(depth))?;
    let board = Board::read(fen)?;
    let mut lists: Vec<Vec<Move>> = (0..depth).map(|_| Vec::with_capacity(256)).collect();
    let mut first = Vec::with_capacity(256);
    board.moves(&mut first);
    let (mut lines, mut sum) = (String::new(), 0);
    for m in first {
        let Some(next) = board.after(m) else { continue };
        let games = next.count(depth - 1, &mut lists);
        let promotion = ["", "", "n", "b", "r", "q"][m.promotion as usize];
        lines += &format!("{}{}{promotion} {games}\n", name(m.from), name(m.to));
        sum += games;
    }
    Some(lines + &format!("{sum}\n"))
}

#[no_mangle]
extern "C" fn main() -> i32 {
    let answer = core::str::from_utf8(millrace::input()).ok().and_then(run);
    let Some(lines) = answer else { return 2 };
    millrace::output()[..lines.len()].copy_from_slice(lines.as_bytes());
    millrace::output_length(lines.len());
    0
}
