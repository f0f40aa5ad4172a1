#include "weights/format/pickle.hpp"

#include <gtest/gtest.h>

#include <string>

namespace graft {
namespace {

using namespace std::string_literals;

Pickle read(const std::string& bytes) {
    ByteReader in(bytes, "w.pth");
    return read_pickle(in);
}

std::string error_of(const std::string& bytes) {
    try {
        read(bytes);
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

template <class Number>
Number number_of(const std::string& bytes) {
    return std::get<Number>(read(bytes).root);
}

/// The opcodes of a tensor: a storage of 6 floats, offset, sizes (2, 3), strides (3, 1).
const std::string kStorage = "(U\7storagectorch\nFloatStorage\nU\0010U\3cpuK\6tQ"s;
const std::string kTensor = "ctorch._utils\n_rebuild_tensor_v2\n("s + kStorage + "K\0K\2K\3\x86K\3K\1\x86\x89"s +
                            "ccollections\nOrderedDict\n)RtR"s;

TEST(Pickle, ReadsNumbersOfEveryWidth) {
    EXPECT_EQ(number_of<std::int64_t>("K\xFF."), 255);
    EXPECT_EQ(number_of<std::int64_t>("M\x01\x02."), 0x0201);
    EXPECT_EQ(number_of<std::int64_t>("J\xFE\xFF\xFF\xFF."), -2);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x00."s), 0);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x01\xFF."s), -1);
    EXPECT_EQ(number_of<std::int64_t>("\x8A\x02\xFF\x00."s), 255);
    EXPECT_EQ(number_of<std::int64_t>("\x8B\x01\x00\x00\x00\x7F."s), 127);
    EXPECT_EQ(number_of<std::int64_t>("I-12\n."), -12);
    EXPECT_EQ(number_of<std::int64_t>("L34L\n."), 34);
    EXPECT_EQ(number_of<double>("G\x3F\xF8\x00\x00\x00\x00\x00\x00."s), 1.5);
    EXPECT_EQ(number_of<double>("F-0.25\n."), -0.25);
    EXPECT_TRUE(number_of<bool>("\x88."));
    EXPECT_FALSE(number_of<bool>("I00\n."));
}

TEST(Pickle, KeepsIntegersBeyond64Bits) {
    const Pickle pickle = read("\x8A\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01."s);
    ASSERT_NE(as<PickleBigInteger>(pickle.root), nullptr);
    EXPECT_EQ(as<PickleBigInteger>(pickle.root)->bytes.size(), 9u);
}

TEST(Pickle, ReadsTextsAndBytes) {
    for (const std::string& bytes : {"X\2\0\0\0hi."s, "\x8C\2hi."s, "\x8D\2\0\0\0\0\0\0\0hi."s, "Vhi\n."s, "U\2hi."s,
                                     "T\2\0\0\0hi."s, "S'hi'\n."s}) {
        const Pickle pickle = read(bytes);
        ASSERT_NE(as<PickleText>(pickle.root), nullptr) << bytes;
        EXPECT_EQ(as<PickleText>(pickle.root)->text, "hi");
    }
    for (const std::string& bytes :
         {"C\1\xFF."s, "B\1\0\0\0\xFF."s, "X\1\0\0\0\xFF."s, "\x8E\1\0\0\0\0\0\0\0\xFF."s, "U\1\xFF."s}) {
        const Pickle pickle = read(bytes);
        ASSERT_NE(as<PickleBytes>(pickle.root), nullptr) << bytes;
        EXPECT_EQ(as<PickleBytes>(pickle.root)->bytes, "\xFF");
    }
}

TEST(Pickle, ReadsContainersInOrder) {
    const Pickle pickle = read("\x80\2}(K\1K\2\x85K\3]K\4au."s);  // {1: (2,), 3: [4]}
    const PickleDict* const dict = as<PickleDict>(pickle.root);
    ASSERT_NE(dict, nullptr);
    ASSERT_EQ(dict->items.size(), 2u);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[0].first), 1);
    EXPECT_EQ(std::get<std::int64_t>(as<PickleTuple>(dict->items[0].second)->items.at(0)), 2);
    EXPECT_EQ(std::get<std::int64_t>(as<PickleList>(dict->items[1].second)->items.at(0)), 4);
}

TEST(Pickle, SharesWhatTheMemoRecalls) {
    for (const std::string& bytes : {"(]q\1h\1t."s, "(]r\1\0\0\0j\1\0\0\0t."s, "(]p1\ng1\nt."s, "(]\x94h\0t."s}) {
        const Pickle pickle = read(bytes);
        const PickleTuple* const tuple = as<PickleTuple>(pickle.root);
        ASSERT_NE(tuple, nullptr);
        EXPECT_EQ(as<PickleList>(tuple->items.at(0)), as<PickleList>(tuple->items.at(1)));
    }
}

TEST(Pickle, AListMayHoldItself) {
    const Pickle pickle = read("]q\0h\0a."s);
    const PickleList* const list = as<PickleList>(pickle.root);
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(as<PickleList>(list->items.at(0)), list);
}

TEST(Pickle, LeavesTheReaderBehindItsEnd) {
    const std::string bytes = "K\1.K\2.";
    ByteReader in(bytes, "w.pth");
    EXPECT_EQ(std::get<std::int64_t>(read_pickle(in).root), 1);
    EXPECT_EQ(std::get<std::int64_t>(read_pickle(in).root), 2);
    EXPECT_EQ(in.remaining(), 0u);
}

TEST(Pickle, DescribesATensorWithoutMakingIt) {
    const Pickle pickle = read("\x80\2"s + kTensor + ".");
    const TensorLayout* const layout = as<TensorLayout>(pickle.root);
    ASSERT_NE(layout, nullptr);
    EXPECT_EQ(layout->storage.key, "0");
    EXPECT_EQ(layout->storage.type, ElementType::float32);
    EXPECT_EQ(layout->storage.view_count, 6);
    EXPECT_EQ(layout->sizes, (std::vector<std::int64_t>{2, 3}));
    EXPECT_EQ(layout->strides, (std::vector<std::int64_t>{3, 1}));
    ASSERT_EQ(pickle.arena.storages().size(), 1u);
}

TEST(Pickle, IgnoresTheAttributesOfAStateDict) {
    const Pickle pickle = read("ccollections\nOrderedDict\n)R}U\11_metadata}sb."s);
    ASSERT_NE(as<PickleDict>(pickle.root), nullptr);
    EXPECT_TRUE(as<PickleDict>(pickle.root)->items.empty());
}

TEST(Pickle, ReadsAnOrderedDictMadeFromPairs) {
    const Pickle pickle = read(
        "ccollections\nOrderedDict\n](](K\1K\2eK\3K\4\x86"
        "e\x85R."s);  // [[1, 2], (3, 4)]
    const PickleDict* const dict = as<PickleDict>(pickle.root);
    ASSERT_NE(dict, nullptr);
    ASSERT_EQ(dict->items.size(), 2u);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[0].second), 2);
    EXPECT_EQ(std::get<std::int64_t>(dict->items[1].first), 3);
    EXPECT_NE(error_of("ccollections\nOrderedDict\n](K\1e\x85R."s).find("a list of pairs only"), std::string::npos);
}

/// What `bytes` holds is a stranger of that name.
void expect_stranger(const std::string& bytes, const std::string& name) {
    const Pickle pickle = read(bytes);
    const PickleObject* const object = as<PickleObject>(pickle.root);
    ASSERT_NE(object, nullptr) << bytes;
    EXPECT_EQ(object->name->text, name);
}

TEST(Pickle, KeepsStrangersWithoutBuildingThem) {
    expect_stranger("cos\nsystem\nU\2ls\x85R.", "os.system");
    expect_stranger("\x80\4\x8C\2os\x8C\6system\x93\x8C\2ls\x85R.", "os.system");
    expect_stranger("(U\2lsios\nsystem\n.", "os.system");                    // INST
    expect_stranger("(cos\nsystem\nU\2lso.", "os.system");                   // OBJ
    expect_stranger("cargparse\nNamespace\n)\x81.", "argparse.Namespace");   // NEWOBJ
    expect_stranger("cargparse\nNamespace\n)}\x92.", "argparse.Namespace");  // NEWOBJ_EX
    expect_stranger("ccopyreg\n_reconstructor\n(ca\nB\ncbuiltins\nobject\nNtR.", "a.B");
    expect_stranger("ctorch\nFloatStorage\nK\1\x85R.", "torch.FloatStorage");
    expect_stranger("ctorch\nload\n.", "torch.load");
}

TEST(Pickle, NamesItsStrangersOnce) {
    const Pickle pickle = read("(cb\nC\n)Rca\nB\n)Rca\nB\n)Rccollections\nOrderedDict\n)Rt.");
    EXPECT_EQ(pickle.strangers, (std::vector<std::string>{"a.B", "b.C"}));
}

TEST(Pickle, KeepsWhatAStrangerWouldHaveHeld) {
    const Pickle pickle = read("cargparse\nNamespace\n)\x81}U\2lrK\3sb."s);
    const auto* const state = items_of(as<PickleObject>(pickle.root)->state);
    ASSERT_NE(state, nullptr);
    EXPECT_EQ(text_in(state->at(0).first), "lr");
    const Pickle own_dict = read("ceasydict\nEasyDict\n)\x81U\1aK\1s."s);
    ASSERT_NE(items_of(own_dict.root), nullptr);
    EXPECT_EQ(items_of(own_dict.root)->size(), 1U);
    EXPECT_EQ(kind_of(read("cmine\nList\n)\x81(K\1K\2e.").root), "a Python object (mine.List)");
}

TEST(Pickle, ReadsWhatStandsBesideStrangers) {
    const Pickle pickle = read("\x80\2}(U\4argscargparse\nNamespace\n)\x81}U\1xNsbU\1w"s + kTensor + "u.");
    const PickleDict* const dict = as<PickleDict>(pickle.root);
    ASSERT_EQ(dict->items.size(), 2U);
    EXPECT_NE(as<TensorLayout>(dict->items[1].second), nullptr);
}

/// Complex and quantised tensors, and those of somebody's own kind of number.
TEST(Pickle, ATensorOfUnknownNumbersIsAStranger) {
    expect_stranger("(U\7storagectorch\nComplexFloatStorage\nU\0010U\3cpuK\6tQ.", "torch.ComplexFloatStorage");
    expect_stranger(
        "ctorch._utils\n_rebuild_tensor_v2\n((U\7storagectorch\nQInt8Storage\nU\0010U\3cpuK\6tQ"
        "K\0K\2K\3\x86K\3K\1\x86\x89NtR."s,
        "torch.QInt8Storage");
    expect_stranger("ctorch._utils\n_rebuild_tensor\n("s + kStorage + "K\0))\x89}}U\4conj\x88stR."s,
                    "a tensor with a negation or conjugation bit");
}

TEST(Pickle, ReadsTheTensorOfASubclass) {
    const std::string arguments = "("s + kStorage + "K\0K\2K\3\x86K\3K\1\x86\x89Nt"s;
    const Pickle pickle = read("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor_v2\n"s +
                               "cfastai.torch_core\nTensorImage\n" + arguments + "}tR.");
    ASSERT_NE(as<TensorLayout>(pickle.root), nullptr);
    EXPECT_EQ(as<TensorLayout>(pickle.root)->sizes, (std::vector<std::int64_t>{2, 3}));
}

TEST(Pickle, ShowsNoControlCharactersOfAName) { expect_stranger("cos\x1B[2J\nsystem\n.", "os?[2J.system"); }

TEST(Pickle, CallsNothingThatIsNoName) {
    EXPECT_NE(error_of("K\1)R.").find("calls an int, which is no Python name"), std::string::npos);
    EXPECT_NE(error_of("ctorch\nSize\nK\1R.").find("calls something with an int"), std::string::npos);
    EXPECT_NE(error_of("(o.").find("makes an object of no class"), std::string::npos);
}

TEST(Pickle, RefusesArgumentsThatMakeNoTensor) {
    const std::string call = "ctorch._utils\n_rebuild_tensor\n("s;
    EXPECT_NE(error_of(call + "K\0K\0))tR."s).find("a tensor needs a storage, found an int"), std::string::npos);
    EXPECT_NE(error_of(call + kStorage + "N))tR.").find("a tensor's offset must be an int, found None"),
              std::string::npos);
    EXPECT_NE(error_of(call + kStorage + "K\0K\0)tR."s).find("a tensor's size must be a tuple, found an int"),
              std::string::npos);
    EXPECT_NE(error_of(call + "tR.").find("4 to 7 values, found 0"), std::string::npos);
    const std::string sizes = "(" + std::string(130, 'N') + "t";
    EXPECT_NE(error_of(call + kStorage + "K\0"s + sizes + ")tR.").find("130 dimensions, allowed are 64"),
              std::string::npos);
}

TEST(Pickle, RefusesPersistentIdsThatAreNoStorage) {
    EXPECT_NE(error_of("K\1Q.").find("a persistent id that is no storage"), std::string::npos);
    EXPECT_NE(error_of("(U\7storageK\1U\0010U\3cpuK\6tQ.").find("a storage whose type is an int"), std::string::npos);
}

/// PyTorch's old format puts a module's source beside its class.
TEST(Pickle, TakesThePersistentIdOfAModuleForItsClass) {
    expect_stranger("(U\6modulecnet\nNet\nU\6net.pyU\4codetQ)\x81.", "net.Net");
}

TEST(Pickle, SaysWhatACutOffPickleLacks) {
    EXPECT_EQ(error_of("X\5\0\0\0ab"s), "w.pth: is damaged or cut off: a text needs 5 bytes, 2 are left (at byte 5)");
    EXPECT_EQ(error_of(""), "w.pth: is damaged or cut off: an opcode needs 1 bytes, 0 are left (at byte 0)");
    EXPECT_NE(error_of("\x8D\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF.").find("needs 18446744073709551615 bytes"),
              std::string::npos);
}

TEST(Pickle, RefusesMalformedPrograms) {
    EXPECT_NE(error_of(".").find("a value is missing on its stack"), std::string::npos);
    EXPECT_NE(error_of("K\1(0.").find("a value is missing on its stack"), std::string::npos);  // below the mark
    EXPECT_NE(error_of("t.").find("a mark is missing"), std::string::npos);
    EXPECT_NE(error_of("h\1.").find("recalls the memo 1"), std::string::npos);
    EXPECT_NE(error_of("K\1K\2a.").find("appends to an int"), std::string::npos);
    EXPECT_NE(error_of("K\1(K\2K\3u.").find("sets items of an int"), std::string::npos);
    EXPECT_NE(error_of("}(K\2u.").find("a key that has no value"), std::string::npos);
    EXPECT_NE(error_of("]}b.").find("sets attributes of a list"), std::string::npos);
    EXPECT_NE(error_of("Ia\n.").find("has \"a\" where a number belongs"), std::string::npos);
    EXPECT_NE(error_of("\x80\7.").find("protocol 7"), std::string::npos);
    EXPECT_NE(error_of("\x98.").find("opcode 152"), std::string::npos);
}

TEST(Pickle, BoundsTheWorkOfAHostileFile) {
    EXPECT_NE(error_of(std::string(3'000'000, 'N')).find("more than 2000000 pickle opcodes"), std::string::npos);
    // A list of 50,000 pairs, copied again and again into OrderedDicts.
    std::string bomb = "ccollections\nOrderedDict\nq\1](NN\x86q\3"s;
    for (int i = 0; i < 50'000; ++i) bomb += "h\3";
    bomb += "e\x85q\2"s;
    for (int i = 0; i < 50'000; ++i) bomb += "0h\1h\2R";
    EXPECT_NE(error_of(bomb + ".").find("more values than a weights file of its size can"), std::string::npos);
}

TEST(Pickle, DeepNestingIsNoRecursion) { EXPECT_EQ(error_of("]" + std::string(500'000, '\x85') + "."), "no error"); }

/// Every outcome but a value or a DataError (a crash, another exception, an endless loop) fails the test.
TEST(Pickle, SurvivesEveryChangeOfOneByte) {
    const std::string good =
        "\x80\2}q\1(U\1w"s + kTensor + "q\2U\1xh\2U\1yG\0\0\0\0\0\0\0\0U\1z]r\3\0\0\0(N\x8A\2abeu."s;
    ASSERT_EQ(error_of(good), "no error");
    for (std::size_t i = 0; i < good.size(); ++i) {
        for (int byte = 0; byte < 256; ++byte) {
            std::string changed = good;
            changed[i] = static_cast<char>(byte);
            (void)error_of(changed);
        }
        (void)error_of(good.substr(0, i));
    }
}

}  // namespace
}  // namespace graft
