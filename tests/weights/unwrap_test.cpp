#include "weights/format/unwrap.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

#include "graft/core/errors.hpp"

namespace graft {
namespace {

using Names = std::vector<std::string>;

template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const DataError& error) {
        return error.what();
    }
    return "no error";
}

class StateDictOf : public ::testing::Test {
protected:
    using Entries = std::initializer_list<std::pair<std::string, PickleValue>>;

    PickleValue text(const std::string& text) { return arena_.make(PickleText{text}); }
    PickleValue tensor() {
        TensorLayout layout;
        layout.sizes = {1};
        layout.strides = {1};
        return arena_.make(std::move(layout));
    }
    PickleValue dict(Entries entries) {
        PickleDict made;
        for (const auto& [key, value] : entries) made.items.emplace_back(text(key), value);
        return arena_.make(std::move(made));
    }
    PickleValue object(const std::string& name, const PickleValue& state) {
        return arena_.make(PickleObject{.name = as<PickleText>(text(name)), .state = state});
    }
    /// As Python pickles a torch.nn.Module.
    PickleValue module(const std::string& name, Entries parameters, Entries buffers, Entries modules) {
        return object(name, dict({{"training", true},
                                  {"_parameters", dict(parameters)},
                                  {"_buffers", dict(buffers)},
                                  {"_modules", dict(modules)}}));
    }

    Names names_of(const PickleValue& root, const std::string& key = "") {
        notes_.clear();
        Names names;
        for (const NamedLayout& tensor : state_dict_of(root, {.key = key}, "w.pth", notes_))
            names.push_back(tensor.name);
        return names;
    }
    std::string refusal(const PickleValue& root, const std::string& key = "") {
        return error_of([&] { (void)names_of(root, key); });
    }

    PickleArena arena_{1 << 20, "w.pth"};
    Names notes_;
};

TEST_F(StateDictOf, APlainStateDictKeepsItsOrder) {
    EXPECT_EQ(names_of(dict({{"b", tensor()}, {"a", tensor()}})), (Names{"b", "a"}));
    EXPECT_TRUE(notes_.empty());
}

TEST_F(StateDictOf, IsFoundUnderAnyKey) {
    for (const std::string key : {"state_dict", "model_state_dict", "model", "net", "generator"}) {
        EXPECT_EQ(names_of(dict({{"epoch", std::int64_t{3}}, {key, dict({{"w", tensor()}})}})), Names{"w"});
        EXPECT_EQ(notes_, Names{"taken from \"" + key + "\", among \"epoch\", \"" + key + "\""});
    }
    EXPECT_EQ(names_of(dict({{"state_dict", dict({{"model", dict({{"w", tensor()}})}})}})), Names{"w"});
    EXPECT_EQ(notes_, Names{"taken from \"state_dict/model\", among \"state_dict\""});
}

TEST_F(StateDictOf, IsFoundInATuple) {
    const PickleValue state = dict({{"w", tensor()}});
    EXPECT_EQ(names_of(arena_.make(PickleTuple{{state, std::int64_t{7}}})), Names{"w"});
    EXPECT_EQ(notes_, Names{"taken from \"0\""});
}

TEST_F(StateDictOf, IsFoundInADictOfSomebodysOwnClass) {
    PickleObject own{.name = as<PickleText>(text("easydict.EasyDict"))};
    own.items.emplace_back(text("w"), tensor());
    EXPECT_EQ(names_of(dict({{"model", arena_.make(std::move(own))}})), Names{"w"});
}

/// torch.optim keeps tensors too: {"state": {0: {"exp_avg": tensor}}, "param_groups": […]}; fastai calls them hypers.
TEST_F(StateDictOf, IsNotThatOfAnOptimizer) {
    for (const std::string groups : {"param_groups", "hypers"}) {
        const PickleValue optimizer =
            dict({{"state", dict({{"w", dict({{"exp_avg", tensor()}})}})}, {groups, arena_.make(PickleList{})}});
        EXPECT_EQ(names_of(dict({{"optimizer", optimizer}, {"model", dict({{"w", tensor()}})}})), Names{"w"});
    }
}

/// A callback's record with one figure in it is no state dict either.
TEST_F(StateDictOf, IsMoreTensorsThanAnythingElse) {
    const PickleValue callback = dict({{"best", tensor()}, {"path", text("a")}, {"mode", text("min")}});
    EXPECT_EQ(names_of(dict({{"callbacks", callback}, {"state_dict", dict({{"w", tensor()}})}})), Names{"w"});
}

TEST_F(StateDictOf, IsChosenByItsKeyWhenThereAreSeveral) {
    const PickleValue root =
        dict({{"model", dict({{"a", tensor()}})},
              {"ema", dict({{"decay", 0.9}, {"module", dict({{"b", tensor()}, {"c", tensor()}})}})}});
    EXPECT_EQ(refusal(root),
              "w.pth: holds several state dicts: \"model\" (1 tensor), \"ema/module\" (2 tensors); choose one with "
              "\"weights_key\" beside /backbone/weights in a config, or with --key");
    EXPECT_EQ(names_of(root, "model"), Names{"a"});
    EXPECT_EQ(names_of(root, "ema/module"), (Names{"b", "c"}));
    EXPECT_EQ(names_of(root, "module"), (Names{"b", "c"}));
    EXPECT_EQ(refusal(root, "ema"),
              "w.pth: has no state dict under the key \"ema\"; those that hold tensors are \"model\" (1 tensor), "
              "\"ema/module\" (2 tensors)");
}

/// DINO's centre, a criterion's class weights: they stand beside a network, and are none.
TEST_F(StateDictOf, IsTheOneThatIsLargerByFar) {
    const PickleValue large = dict({});
    for (int i = 0; i < 11; ++i) as<PickleDict>(large)->items.emplace_back(text(std::to_string(i)), tensor());
    const PickleValue root = dict({{"dino_loss", dict({{"center", tensor()}})}, {"teacher", large}});
    EXPECT_EQ(names_of(root).size(), 11U);
    EXPECT_EQ(names_of(root, "dino_loss"), Names{"center"});
}

TEST_F(StateDictOf, IsThatOfAPickledModule) {
    const PickleValue norm = module("torch.nn.modules.batchnorm.BatchNorm2d",
                                    {{"weight", tensor()}, {"bias", PickleNone{}}}, {{"running_mean", tensor()}}, {});
    const PickleValue net = module("net.Net", {{"scale", tensor()}}, {}, {{"norm", norm}, {"none", PickleNone{}}});
    EXPECT_EQ(names_of(net), (Names{"scale", "norm.weight", "norm.running_mean"}));
    EXPECT_EQ(notes_, Names{"taken from a Python object (net.Net), a pickled module, which was not built"});
    EXPECT_EQ(names_of(dict({{"epoch", std::int64_t{1}}, {"model", net}})).size(), 3U);
    EXPECT_EQ(names_of(object("fastai.learner.Learner", dict({{"model", net}}))).size(), 3U);
}

TEST_F(StateDictOf, IsNotThatOfAModuleWithoutEnd) {
    const PickleValue net = module("net.Net", {{"w", tensor()}}, {}, {});
    for (const auto& [key, value] : *items_of(as<PickleObject>(net)->state))
        if (text_in(key) == "_modules")
            for (const char* name : {"a", "b"}) as<PickleDict>(value)->items.emplace_back(text(name), net);
    EXPECT_EQ(refusal(net), "w.pth: holds a module that is nested without end");
}

TEST_F(StateDictOf, IsRefusedWhenThereIsNone) {
    EXPECT_EQ(refusal(tensor()), "w.pth: holds a tensor, not a state dict");
    EXPECT_EQ(refusal(PickleNone{}), "w.pth: holds None, not a state dict");
    EXPECT_EQ(refusal(object("posix.system", PickleNone{})),
              "w.pth: holds a Python object (posix.system), not a state dict");
    EXPECT_EQ(refusal(dict({})), "w.pth: holds no state dict: its keys are none; expected tensors, or a dict of them");
    EXPECT_EQ(refusal(dict({{"a", dict({})}, {"b", std::int64_t{1}}})),
              "w.pth: holds no state dict: its keys are \"a\", \"b\"; expected tensors, or a dict of them");
    EXPECT_EQ(refusal(dict({{"a", std::int64_t{1}}}), "ema"),
              "w.pth: has no state dict under the key \"ema\"; those that hold tensors are none");
}

TEST_F(StateDictOf, LeavesOutWhatIsNoTensorAndSaysSo) {
    EXPECT_EQ(names_of(dict({{"w", tensor()},
                             {"v", tensor()},
                             {"norm._extra_state", PickleNone{}},
                             {"q", object("torch._utils._rebuild_qtensor", PickleNone{})}})),
              (Names{"w", "v"}));
    EXPECT_EQ(notes_, Names{"left out what is no tensor: \"norm._extra_state\" is None, \"q\" is a Python object "
                            "(torch._utils._rebuild_qtensor)"});
}

TEST_F(StateDictOf, IsRefusedWhenNamesAreNotUniqueTexts) {
    EXPECT_EQ(refusal(dict({{"w", tensor()}, {"w", tensor()}})), "w.pth: has two entries named \"w\"");
    const PickleValue numbered = dict({{"w", tensor()}});
    as<PickleDict>(numbered)->items.emplace_back(std::int64_t{1}, tensor());
    EXPECT_EQ(refusal(numbered), "w.pth: has a state dict with an int among its names");
}

TEST_F(StateDictOf, LooksIntoADictThatHoldsItselfOnce) {
    const PickleValue root = dict({});
    as<PickleDict>(root)->items.emplace_back(text("model"), root);
    EXPECT_EQ(refusal(root), "w.pth: holds no state dict: its keys are \"model\"; expected tensors, or a dict of them");
}

TEST_F(StateDictOf, NamesOnlySomeOfManyKeys) {
    const PickleValue root = dict({});
    for (int i = 0; i < 20; ++i) as<PickleDict>(root)->items.emplace_back(std::int64_t{i}, PickleNone{});
    EXPECT_NE(refusal(root).find("an int, an int, 12 more;"), std::string::npos);
}

class TidyNames : public ::testing::Test {
protected:
    Names tidied(const Names& names, const std::string& prefix = "") {
        notes_.clear();
        std::vector<NamedLayout> tensors;
        for (const std::string& name : names) tensors.push_back({name, {}});
        tidy_names(tensors, prefix, "w.pth", notes_);
        Names tidy;
        for (const NamedLayout& tensor : tensors) tidy.push_back(tensor.name);
        return tidy;
    }
    Names notes_;
};

TEST_F(TidyNames, DropsThePrefixOfDataParallelWhereAllNamesHaveIt) {
    EXPECT_EQ(tidied({"module.a", "module.b"}), (Names{"a", "b"}));
    EXPECT_EQ(notes_, Names{"dropped the prefix \"module.\" of every name"});
    EXPECT_EQ(tidied({"module.module.a"}), Names{"a"});
    EXPECT_EQ(tidied({"module.a", "b"}), (Names{"module.a", "b"}));
    EXPECT_EQ(tidied({"module."}), Names{"module."});
}

TEST_F(TidyNames, DropsWhatCompilationAndShardingPutAnywhere) {
    EXPECT_EQ(tidied({"_orig_mod.module.a.w", "_orig_mod.module.b"}), (Names{"a.w", "b"}));
    EXPECT_EQ(tidied({"module._orig_mod.a"}), Names{"a"});
    EXPECT_EQ(tidied({"layer1._orig_mod.0.w", "w"}), (Names{"layer1.0.w", "w"}));
    EXPECT_EQ(notes_, Names{"dropped \"_orig_mod.\" from 1 name"});
    EXPECT_EQ(tidied({"_fsdp_wrapped_module.a._fsdp_wrapped_module.w"}), Names{"a.w"});
    EXPECT_EQ(tidied({"a._checkpoint_wrapped_module.w"}), Names{"a.w"});
    EXPECT_EQ(tidied({"not_orig_mod.w"}), Names{"not_orig_mod.w"});
}

TEST_F(TidyNames, DropsTheCounterOfAnAveragedModel) {
    EXPECT_EQ(tidied({"n_averaged", "module.a"}), Names{"a"});
    EXPECT_EQ(notes_, Names{"dropped the prefix \"module.\" of every name, and the counter of an averaged model"});
    EXPECT_EQ(tidied({"n_averaged", "a"}), (Names{"n_averaged", "a"}));
}

TEST_F(TidyNames, KeepsWhatBeginsWithAPrefixThatIsAskedFor) {
    EXPECT_EQ(tidied({"module.encoder_q.w", "module.encoder_k.w", "module.queue"}, "encoder_q."), Names{"w"});
    EXPECT_EQ(notes_, (Names{"dropped the prefix \"module.\" of every name",
                             "taken from the names that begin with \"encoder_q.\"; 2 others are left out"}));
    EXPECT_EQ(tidied({"module.encoder_q.w", "module.queue"}, "module.encoder_q."), Names{"w"});
    EXPECT_EQ(error_of([&] {
                  (void)tidied({"module.net.w", "module.net.v", "module.x"}, "encoder.");
              }),
              "w.pth: has no name that begins with \"encoder.\"; names begin with \"net.\" (2 names)");
}

TEST_F(TidyNames, RefusesTwoTensorsOfOneName) {
    EXPECT_EQ(error_of([&] {
                  (void)tidied({"a.w", "a._orig_mod.w"});
              }),
              "w.pth: has two tensors that are called \"a.w\" without their wrappers");
}

}  // namespace
}  // namespace graft
