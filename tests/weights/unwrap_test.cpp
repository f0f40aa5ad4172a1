#include "weights/format/unwrap.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

class Checkpoint : public ::testing::Test {
protected:
    PickleValue text(const std::string& text) { return arena_.make(PickleText{text}); }
    PickleValue tensor(std::int64_t offset = 0) { return arena_.make(TensorLayout{{}, offset, {}, {}}); }
    PickleValue dict(std::initializer_list<std::pair<std::string, PickleValue>> items) {
        PickleDict made;
        for (const auto& [key, value] : items) made.items.emplace_back(text(key), value);
        return arena_.make(std::move(made));
    }

    std::vector<std::string> names_of(const PickleValue& root) {
        notes_.clear();
        std::vector<std::string> names;
        for (const NamedLayout& tensor : state_dict_of(root, "w.pth", notes_)) names.push_back(tensor.name);
        return names;
    }
    std::string error_of(const PickleValue& root) {
        try {
            names_of(root);
        } catch (const DataError& error) {
            return error.what();
        }
        return "no error";
    }

    using Names = std::vector<std::string>;
    PickleArena arena_{1 << 20, "w.pth"};
    std::vector<std::string> notes_;
};

TEST_F(Checkpoint, APlainStateDictKeepsItsOrder) {
    EXPECT_EQ(names_of(dict({{"b", tensor()}, {"a", tensor()}})), (Names{"b", "a"}));
    EXPECT_TRUE(notes_.empty());
}

TEST_F(Checkpoint, IsUnwrappedFromTheCustomaryKeys) {
    for (const std::string key : {"state_dict", "model_state_dict", "model"}) {
        EXPECT_EQ(names_of(dict({{"epoch", std::int64_t{3}}, {key, dict({{"w", tensor()}})}})), Names{"w"});
        EXPECT_EQ(notes_, Names{"taken from \"" + key + "\" of a checkpoint with the keys \"epoch\", \"" + key + "\""});
    }
    EXPECT_EQ(names_of(dict({{"state_dict", dict({{"model", dict({{"w", tensor()}})}})}})), Names{"w"});
}

TEST_F(Checkpoint, LosesAPrefixThatAllNamesShare) {
    EXPECT_EQ(names_of(dict({{"module.a", tensor()}, {"module.b", tensor()}})), (Names{"a", "b"}));
    EXPECT_EQ(notes_, Names{"dropped the prefix \"module.\" of every name"});
    EXPECT_EQ(names_of(dict({{"module._orig_mod.a", tensor()}})), Names{"a"});
    EXPECT_EQ(names_of(dict({{"module.a", tensor()}, {"b", tensor()}})), (Names{"module.a", "b"}));
    EXPECT_EQ(names_of(dict({{"module.", tensor()}})), Names{"module."});
}

TEST_F(Checkpoint, IsRefusedWhenItHoldsNoStateDict) {
    EXPECT_EQ(error_of(tensor()), "w.pth: holds a tensor, not a state dict");
    EXPECT_EQ(error_of(PickleNone{}), "w.pth: holds None, not a state dict");
    EXPECT_EQ(error_of(dict({})),
              "w.pth: holds no state dict: its keys are none; expected tensors, or a dict under \"state_dict\", "
              "\"model_state_dict\" or \"model\"");
    EXPECT_NE(error_of(dict({{"net", dict({{"w", tensor()}})}})).find("its keys are \"net\";"), std::string::npos);
}

TEST_F(Checkpoint, IsRefusedWhenItHoldsTwoStateDicts) {
    const PickleValue inner = dict({{"w", tensor()}});
    EXPECT_EQ(error_of(dict({{"model", inner}, {"state_dict", inner}})),
              "w.pth: holds more than one state dict: \"model\" and \"state_dict\"; save the one you mean alone");
}

TEST_F(Checkpoint, IsRefusedWhenAnEntryIsNoTensor) {
    EXPECT_EQ(error_of(dict({{"w", tensor()}, {"epoch", std::int64_t{3}}})),
              "w.pth: entry \"epoch\" is an int, not a tensor");
    EXPECT_EQ(error_of(dict({{"w", tensor()}, {"w", tensor(1)}})), "w.pth: has two entries named \"w\"");
    const PickleValue numbered = dict({{"w", tensor()}});
    as<PickleDict>(numbered)->items.emplace_back(std::int64_t{1}, tensor());
    EXPECT_EQ(error_of(numbered), "w.pth: has a state dict with an int among its names");
}

TEST_F(Checkpoint, LeavesExtraStateOutAndSaysSo) {
    EXPECT_EQ(names_of(dict({{"w", tensor()}, {"norm._extra_state", PickleNone{}}})), Names{"w"});
    EXPECT_EQ(notes_, Names{"left out \"norm._extra_state\": None"});
}

TEST_F(Checkpoint, IsRefusedWhenItWrapsItself) {
    const PickleValue root = dict({});
    as<PickleDict>(root)->items.emplace_back(text("model"), root);
    EXPECT_EQ(error_of(root), "w.pth: wraps its state dict too deeply");
}

TEST_F(Checkpoint, NamesOnlySomeOfManyKeys) {
    const PickleValue root = dict({});
    for (int i = 0; i < 20; ++i) as<PickleDict>(root)->items.emplace_back(std::int64_t{i}, PickleNone{});
    EXPECT_NE(error_of(root).find("an int, an int, 12 more;"), std::string::npos);
}

}  // namespace
}  // namespace graft
