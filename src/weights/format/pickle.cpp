#include "weights/format/pickle.hpp"

#include <bit>
#include <charconv>
#include <unordered_map>

#include "core/text.hpp"
#include "weights/format/pickle_construct.hpp"
#include "weights/format/pickle_stack.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostOpcodes = 2'000'000;
constexpr int kNewestProtocol = 5;

std::size_t arena_budget(std::size_t pickle_bytes) {
    constexpr std::size_t base = 1 << 20, per_byte = 64, most = 256 << 20;
    return pickle_bytes > (most - base) / per_byte ? most : base + per_byte * pickle_bytes;
}

/// The stack machine that a pickle is a program for, without the opcodes that could run anything. The opcodes are those
/// of pickletools, written as there: letters, or numbers from 0x80 on.
class PickleMachine {
public:
    explicit PickleMachine(ByteReader& in) : in_(in), arena_(arena_budget(in.remaining()), in.where()), stack_(in) {}

    Pickle run() {
        for (std::size_t opcodes = 0; opcodes < kMostOpcodes; ++opcodes) {
            const auto opcode = in_.number<std::uint8_t>("an opcode");
            if (opcode == '.') {
                const PickleValue root = stack_.pop();
                return {root, std::move(arena_)};
            }
            const bool known = read_number(opcode) || read_text(opcode) || build_sequence(opcode) ||
                               build_dict(opcode) || use_memo(opcode) || use_name(opcode) || move_stack(opcode);
            if (!known) fail("uses the pickle opcode " + std::to_string(opcode) + ", which no state dict needs");
        }
        fail("has more than " + std::to_string(kMostOpcodes) + " pickle opcodes, far beyond any state dict");
    }

private:
    bool read_number(std::uint8_t opcode) {
        switch (opcode) {
            case 'N': push(PickleNone{}); return true;
            case 0x88: push(true); return true;
            case 0x89: push(false); return true;
            case 'J': push(std::int64_t{in_.number<std::int32_t>("an int")}); return true;
            case 'K': push(std::int64_t{in_.number<std::uint8_t>("an int")}); return true;
            case 'M': push(std::int64_t{in_.number<std::uint16_t>("an int")}); return true;
            case 'G': push_binary_float(); return true;
            case 'F': push(parse<double>(in_.line("a float"))); return true;
            case 'I': push_decimal_int(); return true;
            case 'L': push_decimal_long(); return true;
            case 0x8a: push_long(in_.take(in_.number<std::uint8_t>("a length"), "an int")); return true;
            case 0x8b: push_long(in_.take(in_.number<std::uint32_t>("a length"), "an int")); return true;
            default: return false;
        }
    }

    bool read_text(std::uint8_t opcode) {
        switch (opcode) {
            case 'X': push_text(in_.take(in_.number<std::uint32_t>("a length"), "a text")); return true;
            case 0x8c: push_text(in_.take(in_.number<std::uint8_t>("a length"), "a text")); return true;
            case 0x8d: push_text(in_.take(in_.number<std::uint64_t>("a length"), "a text")); return true;
            case 'V': push_text(without_escapes(in_.line("a text"))); return true;
            case 'U': push_old_text(in_.take(in_.number<std::uint8_t>("a length"), "a text")); return true;
            case 'T': push_old_text(in_.take(in_.number<std::uint32_t>("a length"), "a text")); return true;
            case 'S': push_quoted_text(without_escapes(in_.line("a text"))); return true;
            case 'C': push_bytes(in_.take(in_.number<std::uint8_t>("a length"), "bytes")); return true;
            case 'B': push_bytes(in_.take(in_.number<std::uint32_t>("a length"), "bytes")); return true;
            case 0x8e: push_bytes(in_.take(in_.number<std::uint64_t>("a length"), "bytes")); return true;
            default: return false;
        }
    }

    bool build_sequence(std::uint8_t opcode) {
        switch (opcode) {
            case ')': push(arena_.make(PickleTuple{})); return true;
            case ']': push(arena_.make(PickleList{})); return true;
            case 't': push_sequence<PickleTuple>(stack_.pop_to_mark()); return true;
            case 'l': push_sequence<PickleList>(stack_.pop_to_mark()); return true;
            case 0x85: push_sequence<PickleTuple>(stack_.pop(1)); return true;
            case 0x86: push_sequence<PickleTuple>(stack_.pop(2)); return true;
            case 0x87: push_sequence<PickleTuple>(stack_.pop(3)); return true;
            case 'a': append(stack_.pop(1)); return true;
            case 'e': append(stack_.pop_to_mark()); return true;
            default: return false;
        }
    }

    bool build_dict(std::uint8_t opcode) {
        switch (opcode) {
            case '}': push(arena_.make(PickleDict{})); return true;
            case 'd': {
                const std::vector<PickleValue> items = stack_.pop_to_mark();
                push(arena_.make(PickleDict{}));
                set_items(items);
                return true;
            }
            case 's': set_items(stack_.pop(2)); return true;
            case 'u': set_items(stack_.pop_to_mark()); return true;
            default: return false;
        }
    }

    bool use_memo(std::uint8_t opcode) {
        switch (opcode) {
            case 'q': remember(in_.number<std::uint8_t>("a memo number")); return true;
            case 'r': remember(in_.number<std::uint32_t>("a memo number")); return true;
            case 'p': remember(parse<std::uint32_t>(in_.line("a memo number"))); return true;
            case 0x94: remember(memo_.size()); return true;
            case 'h': recall(in_.number<std::uint8_t>("a memo number")); return true;
            case 'j': recall(in_.number<std::uint32_t>("a memo number")); return true;
            case 'g': recall(parse<std::uint32_t>(in_.line("a memo number"))); return true;
            default: return false;
        }
    }

    /// The opcodes that make CPython import and call. Here they look a name up in a table, or refuse it by name.
    bool use_name(std::uint8_t opcode) {
        switch (opcode) {
            case 'c':
            case 'i': {
                const std::string_view module = in_.line("a module name");
                push_global(module, in_.line("a name"));
                if (opcode == 'i') fail("makes an object the way Python 1 did");
                return true;
            }
            case 0x93: {
                const std::vector<PickleValue> path = stack_.pop(2);
                const PickleText* const module = as<PickleText>(path[0]);
                const PickleText* const name = as<PickleText>(path[1]);
                if (module == nullptr || name == nullptr) fail("names a Python object by something that is no text");
                push_global(module->text, name->text);
                return true;
            }
            case 'R':
            case 0x81: {
                const std::vector<PickleValue> call = stack_.pop(2);
                const PickleTuple* const arguments = as<PickleTuple>(call[1]);
                if (arguments == nullptr) fail("calls something with " + std::string(kind_of(call[1])));
                push(construct(call[0], *arguments, arena_, in_));
                return true;
            }
            case 'b': {
                const PickleValue state = stack_.pop();
                set_state(stack_.top(), state, in_);
                return true;
            }
            case 'Q': push(persistent_storage(stack_.pop(), arena_, in_)); return true;
            default: return false;
        }
    }

    bool move_stack(std::uint8_t opcode) {
        switch (opcode) {
            case '(': stack_.mark(); return true;
            case '0': stack_.pop(); return true;
            case '1': stack_.pop_to_mark(); return true;
            case '2': push(stack_.top()); return true;
            case 0x80:
                if (const int protocol = in_.number<std::uint8_t>("a protocol number"); protocol > kNewestProtocol)
                    fail("is a pickle of protocol " + std::to_string(protocol) + "; known are 0 to 5");
                return true;
            case 0x95:
                if (in_.number<std::uint64_t>("a frame length") > in_.remaining())
                    fail("is damaged or cut off: a frame reaches beyond the end");
                return true;
            default: return false;
        }
    }

    void push_binary_float() { push(std::bit_cast<double>(__builtin_bswap64(in_.number<std::uint64_t>("a float")))); }

    void push_decimal_int() {
        const std::string_view digits = in_.line("an int");
        if (digits == "00" || digits == "01")
            push(digits == "01");  // protocols 0 and 1 write bools so
        else
            push(parse<std::int64_t>(digits));
    }

    void push_decimal_long() {
        std::string_view digits = in_.line("an int");
        if (digits.ends_with('L')) digits.remove_suffix(1);
        push(parse<std::int64_t>(digits));
    }

    void push_long(std::string_view bytes) {
        if (bytes.size() > sizeof(std::int64_t)) {
            push(arena_.make(PickleBigInteger{std::string(bytes)}, bytes.size()));
            return;
        }
        std::uint64_t value = !bytes.empty() && (bytes.back() & 0x80) != 0 ? ~std::uint64_t{0} : 0;  // sign extension
        for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
        push(static_cast<std::int64_t>(value));
    }

    void push_text(std::string_view text) {
        if (!is_utf8(text)) fail("has a text that is not UTF-8");
        push(arena_.make(PickleText{std::string(text)}, text.size()));
    }

    /// Python 2 did not tell texts from bytes.
    void push_old_text(std::string_view text) { is_utf8(text) ? push_text(text) : push_bytes(text); }

    void push_quoted_text(std::string_view text) {
        const bool quoted = text.size() >= 2 && text.front() == text.back() && (text[0] == '\'' || text[0] == '"');
        if (!quoted) fail("has a text without quotes");
        push_old_text(text.substr(1, text.size() - 2));
    }

    void push_bytes(std::string_view bytes) { push(arena_.make(PickleBytes{std::string(bytes)}, bytes.size())); }

    void push_global(std::string_view module, std::string_view name) {
        const PickleGlobal* const global = find_pickle_global(module, name);
        if (global == nullptr) fail(refused_global(module, name));
        push(global);
    }

    template <class Sequence>
    void push_sequence(std::vector<PickleValue> items) {
        const std::size_t bytes = items.size() * sizeof(PickleValue);
        push(arena_.make(Sequence{std::move(items)}, bytes));
    }

    void append(const std::vector<PickleValue>& items) {
        PickleList* const list = as<PickleList>(stack_.top());
        if (list == nullptr) fail("appends to " + std::string(kind_of(stack_.top())));
        list->items.insert(list->items.end(), items.begin(), items.end());
    }

    void set_items(const std::vector<PickleValue>& keys_and_values) {
        PickleDict* const dict = as<PickleDict>(stack_.top());
        if (dict == nullptr) fail("sets items of " + std::string(kind_of(stack_.top())));
        if (keys_and_values.size() % 2 != 0) fail("has a dict with a key that has no value");
        for (std::size_t i = 0; i < keys_and_values.size(); i += 2)
            dict->items.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
    }

    void remember(std::size_t number) { memo_.insert_or_assign(number, stack_.top()); }

    void recall(std::size_t number) {
        const auto known = memo_.find(number);
        if (known == memo_.end()) fail("recalls the memo " + std::to_string(number) + ", which was never set");
        push(known->second);
    }

    std::string_view without_escapes(std::string_view text) const {
        if (text.find('\\') != std::string_view::npos) fail("has a text with escapes, which only protocol 0 writes");
        return text;
    }

    template <class Number>
    Number parse(std::string_view digits) const {
        Number number{};
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        if (error != std::errc{} || end != digits.data() + digits.size())
            fail("has \"" + printable(digits) + "\" where a number belongs");
        return number;
    }

    void push(PickleValue value) { stack_.push(value); }

    [[noreturn]] void fail(const std::string& problem) const { in_.fail(problem); }

    ByteReader& in_;
    PickleArena arena_;
    PickleStack stack_;
    std::unordered_map<std::size_t, PickleValue> memo_;
};

}  // namespace

Pickle read_pickle(ByteReader& in) { return PickleMachine(in).run(); }

}  // namespace graft
