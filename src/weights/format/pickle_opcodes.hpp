/// @file
/// The opcodes of Python's pickles, protocols 0 to 5, with the names that CPython's Lib/pickletools.py gives them.
#pragma once

#include <cstdint>

namespace graft {

enum class Opcode : std::uint8_t {
    mark = '(',
    stop = '.',
    pop = '0',
    pop_mark = '1',
    dup = '2',
    proto = 0x80,
    frame = 0x95,

    none = 'N',
    newtrue = 0x88,
    newfalse = 0x89,
    int_text = 'I',   ///< INT: decimal digits
    long_text = 'L',  ///< LONG: decimal digits and 'L'
    binint = 'J',
    binint1 = 'K',
    binint2 = 'M',
    long1 = 0x8a,
    long4 = 0x8b,
    float_text = 'F',  ///< FLOAT: decimal digits
    binfloat = 'G',

    string = 'S',
    binstring = 'T',
    short_binstring = 'U',
    unicode = 'V',
    binunicode = 'X',
    short_binunicode = 0x8c,
    binunicode8 = 0x8d,
    binbytes = 'B',
    short_binbytes = 'C',
    binbytes8 = 0x8e,
    bytearray8 = 0x96,

    empty_list = ']',
    list = 'l',
    append = 'a',
    appends = 'e',
    empty_tuple = ')',
    tuple = 't',
    tuple1 = 0x85,
    tuple2 = 0x86,
    tuple3 = 0x87,
    empty_dict = '}',
    dict = 'd',
    setitem = 's',
    setitems = 'u',
    empty_set = 0x8f,
    additems = 0x90,
    frozenset = 0x91,

    put = 'p',
    binput = 'q',
    long_binput = 'r',
    memoize = 0x94,
    get = 'g',
    binget = 'h',
    long_binget = 'j',

    global = 'c',
    stack_global = 0x93,
    reduce = 'R',
    build = 'b',
    inst = 'i',
    obj = 'o',
    newobj = 0x81,
    newobj_ex = 0x92,
    binpersid = 'Q',
};

}  // namespace graft
