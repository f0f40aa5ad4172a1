#include "weights/format/pickle.hpp"

#include <bit>
#include <set>
#include <unordered_map>

#include "core/text.hpp"
#include "weights/format/pickle_construct.hpp"
#include "weights/format/pickle_opcodes.hpp"
#include "weights/format/pickle_stack.hpp"
#include "weights/format/pickle_text.hpp"

namespace graft {
namespace {

constexpr std::size_t kMostOpcodes = 2'000'000;
constexpr std::size_t kMostStrangers = 100;  // that are told
constexpr int kNewestProtocol = 5;

std::size_t arena_budget(std::size_t pickle_bytes) {
    constexpr std::size_t base = 1 << 20, per_byte = 64, most = 256 << 20;
    return pickle_bytes > (most - base) / per_byte ? most : base + per_byte * pickle_bytes;
}

/// The stack machine that a pickle is a program for. Where CPython would import, call or build, it looks a name up in a
/// table or keeps a PickleObject.
class PickleMachine {
public:
    explicit PickleMachine(ByteReader& in) : in_(in), arena_(arena_budget(in.remaining()), in.where()), stack_(in) {}

    Pickle run() {
        for (std::size_t opcodes = 0; opcodes < kMostOpcodes; ++opcodes) {
            const auto code = in_.number<std::uint8_t>("an opcode");
            const auto opcode = static_cast<Opcode>(code);
            if (opcode == Opcode::stop) {
                const PickleValue root = stack_.pop();
                return {root, std::move(arena_), {strangers_.begin(), strangers_.end()}};
            }
            const bool known = read_number(opcode) || read_text(opcode) || build_sequence(opcode) ||
                               build_dict(opcode) || use_memo(opcode) || use_name(opcode) || move_stack(opcode);
            if (!known) fail(format_text("uses the pickle opcode {}, which no weights file needs", code));
        }
        fail(format_text("has more than {} pickle opcodes, far beyond any state dict", kMostOpcodes));
    }

private:
    bool read_number(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case none: push(PickleNone{}); return true;
            case newtrue: push(true); return true;
            case newfalse: push(false); return true;
            case binint: push(std::int64_t{in_.number<std::int32_t>("an int")}); return true;
            case binint1: push(std::int64_t{in_.number<std::uint8_t>("an int")}); return true;
            case binint2: push(std::int64_t{in_.number<std::uint16_t>("an int")}); return true;
            case binfloat: push_binary_float(); return true;
            case float_text: push(number_in<double>(in_.line("a float"), in_)); return true;
            case int_text: push_decimal_int(); return true;
            case long_text: push_decimal_long(); return true;
            case long1: push_long(in_.take(in_.number<std::uint8_t>("a length"), "an int")); return true;
            case long4: push_long(in_.take(in_.number<std::uint32_t>("a length"), "an int")); return true;
            default: return false;
        }
    }

    bool read_text(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case binunicode: push_text(in_.take(in_.number<std::uint32_t>("a length"), "a text")); return true;
            case short_binunicode: push_text(in_.take(in_.number<std::uint8_t>("a length"), "a text")); return true;
            case binunicode8: push_text(in_.take(in_.number<std::uint64_t>("a length"), "a text")); return true;
            case unicode: push_text(without_escapes(in_.line("a text"), in_)); return true;
            case short_binstring: push_text(in_.take(in_.number<std::uint8_t>("a length"), "a text")); return true;
            case binstring: push_text(in_.take(in_.number<std::uint32_t>("a length"), "a text")); return true;
            case string: push_text(unquoted(in_.line("a text"), in_)); return true;
            case short_binbytes: push_bytes(in_.take(in_.number<std::uint8_t>("a length"), "bytes")); return true;
            case binbytes: push_bytes(in_.take(in_.number<std::uint32_t>("a length"), "bytes")); return true;
            case binbytes8:
            case bytearray8: push_bytes(in_.take(in_.number<std::uint64_t>("a length"), "bytes")); return true;
            default: return false;
        }
    }

    bool build_sequence(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case empty_tuple: push(arena_.make(PickleTuple{})); return true;
            case empty_list: push(arena_.make(PickleList{})); return true;
            case tuple: push_sequence<PickleTuple>(stack_.pop_to_mark()); return true;
            case list: push_sequence<PickleList>(stack_.pop_to_mark()); return true;
            case tuple1: push_sequence<PickleTuple>(stack_.pop(1)); return true;
            case tuple2: push_sequence<PickleTuple>(stack_.pop(2)); return true;
            case tuple3: push_sequence<PickleTuple>(stack_.pop(3)); return true;
            case append: append_items(stack_.pop(1)); return true;
            case appends:
            case additems: append_items(stack_.pop_to_mark()); return true;
            case empty_set: push(arena_.make(PickleList{})); return true;
            case frozenset: push_sequence<PickleList>(stack_.pop_to_mark()); return true;
            default: return false;
        }
    }

    bool build_dict(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case empty_dict: push(arena_.make(PickleDict{})); return true;
            case dict: {
                const std::vector<PickleValue> items = stack_.pop_to_mark();
                push(arena_.make(PickleDict{}));
                set_items(items);
                return true;
            }
            case setitem: set_items(stack_.pop(2)); return true;
            case setitems: set_items(stack_.pop_to_mark()); return true;
            default: return false;
        }
    }

    bool use_memo(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case binput: remember(in_.number<std::uint8_t>("a memo number")); return true;
            case long_binput: remember(in_.number<std::uint32_t>("a memo number")); return true;
            case put: remember(number_in<std::uint32_t>(in_.line("a memo number"), in_)); return true;
            case memoize: remember(memo_.size()); return true;
            case binget: recall(in_.number<std::uint8_t>("a memo number")); return true;
            case long_binget: recall(in_.number<std::uint32_t>("a memo number")); return true;
            case get: recall(number_in<std::uint32_t>(in_.line("a memo number"), in_)); return true;
            default: return false;
        }
    }

    /// The opcodes that make CPython import and call. Here they look a name up in a table, or refuse it by name.
    bool use_name(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case global: {
                const std::string_view module = in_.line("a module name");
                push_name(module, in_.line("a name"));
                return true;
            }
            case stack_global: {
                const std::vector<PickleValue> path = stack_.pop(2);
                if (as<PickleText>(path[0]) == nullptr || as<PickleText>(path[1]) == nullptr)
                    fail("names a Python object by something that is no text");
                push_name(text_in(path[0]), text_in(path[1]));
                return true;
            }
            case inst: {
                const std::string_view module = in_.line("a module name");
                std::vector<PickleValue> arguments = stack_.pop_to_mark();
                push_name(module, in_.line("a name"));
                call(stack_.pop(), arena_.make(PickleTuple{std::move(arguments)}));
                return true;
            }
            case obj: make_object_of_class(stack_.pop_to_mark()); return true;
            case reduce:
            case newobj: call(stack_.pop(2)); return true;
            case newobj_ex: call(stack_.pop(3)); return true;  // class, arguments, named arguments
            case build: {
                const PickleValue state = stack_.pop();
                set_state(stack_.top(), state, in_);
                return true;
            }
            case binpersid: push(persistent_storage(stack_.pop(), arena_, in_)); return true;
            default: return false;
        }
    }

    bool move_stack(Opcode opcode) {
        using enum Opcode;
        switch (opcode) {
            case mark: stack_.mark(); return true;
            case pop: stack_.pop(); return true;
            case pop_mark: stack_.pop_to_mark(); return true;
            case dup: push(stack_.top()); return true;
            case proto:
                if (const int protocol = in_.number<std::uint8_t>("a protocol number"); protocol > kNewestProtocol)
                    fail(format_text("is a pickle of protocol {}; known are 0 to {}", protocol, kNewestProtocol));
                return true;
            case frame:
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
            push(number_in<std::int64_t>(digits, in_));
    }

    void push_decimal_long() {
        std::string_view digits = in_.line("an int");
        if (digits.ends_with('L')) digits.remove_suffix(1);
        push(number_in<std::int64_t>(digits, in_));
    }

    void push_long(std::string_view bytes) {
        if (bytes.size() > sizeof(std::int64_t))
            push(arena_.make(PickleBigInteger{std::string(bytes)}, bytes.size()));
        else
            push(integer_in(bytes));
    }

    /// Python 2 did not tell texts from bytes, and file names that are not UTF-8 are texts to Python 3.
    void push_text(std::string_view text) {
        if (!is_utf8(text)) return push_bytes(text);
        push(arena_.make(PickleText{std::string(text)}, text.size()));
    }

    void push_bytes(std::string_view bytes) { push(arena_.make(PickleBytes{std::string(bytes)}, bytes.size())); }

    void push_name(std::string_view module, std::string_view name) {
        if (const PickleGlobal* const global = find_pickle_global(module, name)) return push(global);
        const std::string path = format_text("{}.{}", printable(module), printable(name));
        if (strangers_.size() < kMostStrangers) strangers_.insert(path);
        push(make_object(path, arena_));
    }

    void make_object_of_class(std::vector<PickleValue> parts) {
        if (parts.empty()) fail("makes an object of no class");
        const PickleValue type = parts.front();
        parts.erase(parts.begin());
        call(type, arena_.make(PickleTuple{std::move(parts)}));
    }

    void call(const std::vector<PickleValue>& parts) { call(parts[0], parts[1]); }

    void call(const PickleValue& callable, const PickleValue& arguments) {
        const PickleTuple* const tuple = as<PickleTuple>(arguments);
        if (tuple == nullptr) fail("calls something with " + kind_of(arguments));
        push(construct(callable, *tuple, arena_, in_));
    }

    template <class Sequence>
    void push_sequence(std::vector<PickleValue> items) {
        const std::size_t bytes = items.size() * sizeof(PickleValue);
        push(arena_.make(Sequence{std::move(items)}, bytes));
    }

    void append_items(const std::vector<PickleValue>& items) {
        if (as<PickleObject>(stack_.top()) != nullptr) return;  // of a class that is a kind of list
        PickleList* const list = as<PickleList>(stack_.top());
        if (list == nullptr) fail("appends to " + kind_of(stack_.top()));
        list->items.insert(list->items.end(), items.begin(), items.end());
    }

    void set_items(const std::vector<PickleValue>& keys_and_values) {
        PickleDict* const dict = as<PickleDict>(stack_.top());
        PickleObject* const object = as<PickleObject>(stack_.top());
        if (dict == nullptr && object == nullptr) fail("sets items of " + kind_of(stack_.top()));
        std::vector<PickleDict::Item>& items = dict != nullptr ? dict->items : object->items;
        if (keys_and_values.size() % 2 != 0) fail("has a dict with a key that has no value");
        for (std::size_t i = 0; i < keys_and_values.size(); i += 2)
            items.emplace_back(keys_and_values[i], keys_and_values[i + 1]);
    }

    void remember(std::size_t number) { memo_.insert_or_assign(number, stack_.top()); }

    void recall(std::size_t number) {
        const auto known = memo_.find(number);
        if (known == memo_.end()) fail(format_text("recalls the memo {}, which was never set", number));
        push(known->second);
    }

    void push(PickleValue value) { stack_.push(value); }

    [[noreturn]] void fail(const std::string& problem) const { in_.fail(problem); }

    ByteReader& in_;
    PickleArena arena_;
    PickleStack stack_;
    std::unordered_map<std::size_t, PickleValue> memo_;
    std::set<std::string> strangers_;
};

}  // namespace

Pickle read_pickle(ByteReader& in) { return PickleMachine(in).run(); }

}  // namespace graft
