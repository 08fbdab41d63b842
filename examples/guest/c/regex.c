/*
 * Regular expression search. The first line of the input is the pattern, all that follows the text; the output is
 * each line of it that contains a match, with its number.
 *
 * Patterns: characters, `.`, `[a-z]`, `[^…]`, `\` before a special one, `*`, `+`, `?`, `|`, `(…)`, `^` and `$`.
 * Compiled to Thompson's automaton and simulated on all states at once, so time is pattern times text, never more.
 */
#include "millrace.h"

enum { ANY = 256, SET, START, END, SPLIT, JUMP, MATCH };
#define MAX_STATES 1024
#define MAX_SETS 64
#define BAD_PATTERN 2

struct state { int kind, a, b; };
static struct state program[MAX_STATES];
static int size;
static uint32_t sets[MAX_SETS][8];
static int set_count;
static const uint8_t *pattern;
static size_t pattern_length, place;

static int emit(int kind, int a, int b) {
  if (size == MAX_STATES) millrace_exit(BAD_PATTERN);
  program[size] = (struct state){kind, a, b};
  return size++;
}

/* Makes room before what was emitted from `from` on. */
static void insert(int from, struct state state) {
  emit(0, 0, 0);
  for (int i = size - 1; i > from; i--) program[i] = program[i - 1];
  for (int i = from + 1; i < size; i++) {
    if (program[i].kind != SPLIT && program[i].kind != JUMP) continue;
    if (program[i].a >= from) program[i].a++;
    if (program[i].kind == SPLIT && program[i].b >= from) program[i].b++;
  }
  program[from] = state;
}

static int more(void) { return place < pattern_length; }

static void parse_set(void) {
  if (set_count == MAX_SETS) millrace_exit(BAD_PATTERN);
  uint32_t *set = sets[set_count];
  int negated = more() && pattern[place] == '^';
  if (negated) place++;
  for (int first = 1; ; first = 0) {
    if (!more()) millrace_exit(BAD_PATTERN);
    unsigned low = pattern[place++];
    if (low == ']' && !first) break;
    if (low == '\\' && more()) low = pattern[place++];
    unsigned high = low;
    if (place + 1 < pattern_length && pattern[place] == '-' && pattern[place + 1] != ']') {
      high = pattern[place + 1];
      place += 2;
    }
    for (unsigned c = low; c <= high; c++) set[c >> 5] |= 1u << (c & 31);
  }
  if (negated) for (int i = 0; i < 8; i++) set[i] = ~set[i];
  emit(SET, set_count++, 0);
}

static void parse_choice(void);

static void parse_atom(void) {
  unsigned c = pattern[place++];
  if (c == '(') {
    parse_choice();
    if (!more() || pattern[place++] != ')') millrace_exit(BAD_PATTERN);
  } else if (c == '[') parse_set();
  else if (c == '.') emit(ANY, 0, 0);
  else if (c == '^') emit(START, 0, 0);
  else if (c == '$') emit(END, 0, 0);
  else if (c == '*' || c == '+' || c == '?') millrace_exit(BAD_PATTERN);
  else {
    if (c == '\\') {
      if (!more()) millrace_exit(BAD_PATTERN);
      c = pattern[place++];
    }
    emit((int)c, 0, 0);
  }
}

static void parse_sequence(void) {
  while (more() && pattern[place] != '|' && pattern[place] != ')') {
    int from = size;
    parse_atom();
    while (more() && (pattern[place] == '*' || pattern[place] == '+' || pattern[place] == '?')) {
      unsigned c = pattern[place++];
      if (c == '+') emit(SPLIT, from, size + 1);
      else {
        insert(from, (struct state){SPLIT, from + 1, 0});
        if (c == '*') emit(JUMP, from, 0);
        program[from].b = size;
      }
    }
  }
}

static void parse_choice(void) {
  int from = size;
  parse_sequence();
  while (more() && pattern[place] == '|') {
    place++;
    insert(from, (struct state){SPLIT, from + 1, 0});
    int jump = emit(JUMP, 0, 0);
    program[from].b = size;
    parse_sequence();
    program[jump].a = size;
    /* A further alternative joins the whole from its front. */
  }
}

static int list_a[MAX_STATES], list_b[MAX_STATES];
static uint32_t seen[MAX_STATES];
static uint32_t generation;
static int stack[2 * MAX_STATES + 2];

/* Adds a state and all that it leads to without reading. */
static int add(int *list, int count, int state, int is_start, int is_end) {
  int depth = 0;
  stack[depth++] = state;
  while (depth > 0) {
    int s = stack[--depth];
    if (seen[s] == generation) continue;
    seen[s] = generation;
    const struct state *at = &program[s];
    if (at->kind == JUMP) stack[depth++] = at->a;
    else if (at->kind == SPLIT) { stack[depth++] = at->b; stack[depth++] = at->a; }
    else if (at->kind == START) { if (is_start) stack[depth++] = s + 1; }
    else if (at->kind == END) { if (is_end) stack[depth++] = s + 1; }
    else list[count++] = s;
  }
  return count;
}

static int matches(const uint8_t *line, size_t length) {
  int *now = list_a, *next = list_b;
  int count = 0;
  for (size_t i = 0; ; i++) {
    /* A match may begin at every place; `generation` still holds what was added for this one. */
    if (i == 0) generation++;
    count = add(now, count, 0, i == 0, i == length);
    for (int j = 0; j < count; j++) if (program[now[j]].kind == MATCH) return 1;
    if (i == length) return 0;
    generation++;
    int added = 0;
    for (int j = 0; j < count; j++) {
      const struct state *at = &program[now[j]];
      unsigned c = line[i];
      int takes = at->kind == ANY || at->kind == (int)c || (at->kind == SET && (sets[at->a][c >> 5] >> (c & 31) & 1));
      if (takes) added = add(next, added, now[j] + 1, 0, i + 1 == length);
    }
    int *swap = now; now = next; next = swap;
    count = added;
  }
}

int main(void) {
  size_t length;
  const uint8_t *text = input(&length);
  pattern = text;
  while (pattern_length < length && text[pattern_length] != '\n') pattern_length++;
  parse_choice();
  if (more()) millrace_exit(BAD_PATTERN);
  emit(MATCH, 0, 0);

  uint32_t number = 0, found = 0;
  for (size_t start = pattern_length + 1; start < length; ) {
    size_t end = start;
    while (end < length && text[end] != '\n') end++;
    number++;
    if (matches(text + start, end - start)) {
      found++;
      put_number(number);
      put(":", 1);
      put(text + start, end - start);
      put("\n", 1);
    }
    start = end + 1;
  }
  return found == 0;
}
