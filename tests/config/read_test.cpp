#include "config/read.hpp"

#include <gmock/gmock.h>

#include <cstdint>
#include <limits>

#include "config/sample_options.hpp"
#include "core/text.hpp"
#include "environment_variable.hpp"

namespace graft::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A new ship into which a document was read that must be right.
Ship read_ship(const Json& document) {
    Ship ship = new_ship();
    EXPECT_THAT(read_options(document, fields_of(ship)), IsEmpty()) << document;
    return ship;
}

TEST(ReadOptions, LeavesDefaultsWhereNothingIsWritten) {
    const Ship ship = read_ship(Json::object());
    EXPECT_EQ(ship.crew, 1);
    EXPECT_EQ(ship.title, "nameless");
    EXPECT_EQ(ship.masts, std::nullopt);
    EXPECT_EQ(ship.colour, Colour::green);
    EXPECT_EQ(ship.motor.name(), "electric");
    EXPECT_FALSE(ship.spare);
}

TEST(ReadOptions, ReadsEveryKindOfField) {
    const Ship ship = read_ship(Json::parse(R"({
        "armed": true, "crew": 7, "speed": 0.25, "title": "Øre", "masts": 3, "draught": 2.5, "port": "Kiel",
        "decks": [4, 5], "fares": [1, 2.5], "flags": ["a", "b"], "cargo": {"tea": 2, "silk": 0.5}, "colour": "blue",
        "hull": {"length": 30}, "motor": {"name": "steam", "boilers": 2}, "spare": "sail", "boats": ["electric"] })"));
    EXPECT_TRUE(ship.armed);
    EXPECT_EQ(ship.crew, 7);
    EXPECT_EQ(ship.speed, 0.25);
    EXPECT_EQ(ship.title, "Øre");
    EXPECT_EQ(ship.masts, 3);
    EXPECT_EQ(ship.draught, 2.5);
    EXPECT_EQ(ship.port, "Kiel");
    EXPECT_THAT(ship.decks, ElementsAre(4, 5));
    EXPECT_THAT(ship.fares, ElementsAre(1, 2.5));
    EXPECT_THAT(ship.flags, ElementsAre("a", "b"));
    EXPECT_EQ(ship.cargo, (std::map<std::string, double>{{"silk", 0.5}, {"tea", 2}}));
    EXPECT_EQ(ship.colour, Colour::blue);
    EXPECT_EQ(ship.hull.length, 30);
    EXPECT_THAT(ship.hull.ratio, ElementsAre(1, 2));
    EXPECT_EQ(ship.motor.build(1), "2 boilers of coal");
    EXPECT_EQ(ship.spare.name(), "sail");
    ASSERT_EQ(ship.boats.size(), 1);
    EXPECT_EQ(ship.boats[0].name(), "electric");
}

struct WrongValue {
    const char* document;
    const char* problem;
};
class WrongValues : public ::testing::TestWithParam<WrongValue> {};

TEST_P(WrongValues, SayWhereWhatWasExpectedAndWhatWasFound) {
    EXPECT_THAT(problems_of(Json::parse(GetParam().document)), ElementsAre(GetParam().problem));
}

constexpr WrongValue kWrongTypes[] = {
    {R"({"armed": 1})", "/armed: expected true or false, got 1"},
    {R"({"crew": "three"})", "/crew: expected integer in [1, 100], got \"three\""},
    {R"({"crew": 3.0})", "/crew: expected integer in [1, 100], got 3.0"},
    {R"({"crew": null})", "/crew: expected integer in [1, 100], got null"},
    {R"({"speed": true})", "/speed: expected number in [0, 1), got true"},
    {R"({"title": 5})", "/title: expected a string, got 5"},
    {R"({"title": null})", "/title: expected a string, got null"},
    {R"({"title": "a\u0000b"})", "/title: expected a string without NUL characters, got \"a\\x00b\""},
    {R"({"flags": ["a\u0000"]})", "/flags/0: expected a string without NUL characters, got \"a\\x00\""},
    {R"({"masts": "two"})", "/masts: expected integer >= 1, got \"two\""},
    {R"({"draught": []})", "/draught: expected number > 0, got []"},
    {R"({"port": 1})", "/port: expected a string, got 1"},
    {R"({"fares": {"a": 1}})", "/fares: expected number > 0, got {\"a\":1}"},
    {R"({"flags": [1]})", "/flags/0: expected a string, got 1"},
    {R"({"cargo": []})", "/cargo: expected an object of name: number, got []"},
    {R"({"cargo": {"tea": "much"}})", "/cargo/tea: expected number > 0, got \"much\""},
    {R"({"colour": 2})", "/colour: expected one of red, green, blue, got 2"},
    {R"({"hull": 10})", "/hull: expected an object, got 10"},
    {R"({"hull": null})", "/hull: expected an object, got null"},
    {R"({"motor": 1})", "/motor: expected a name or an object with a \"name\", got 1"},
    {R"({"motor": null})", "/motor: expected a name or an object with a \"name\", got null"},
    {R"({"motor": {"name": 1}})", "/motor/name: expected one of electric, steam, sail, got 1"},
    {R"({"motor": {"volts": 1}})", "/motor/name: is missing and has no default"},
    {R"({"boats": "sail"})", "/boats: expected a list, got \"sail\""},
    {R"({"boats": [null]})", "/boats/0: expected a name or an object with a \"name\", got null"},
    {R"({"$schema": 1})", "/$schema: expected a string, got 1"},
    {R"([1])", "/: expected an object, got [1]"},
    {R"("text")", "/: expected an object, got \"text\""},
};
INSTANTIATE_TEST_SUITE_P(OfType, WrongValues, ::testing::ValuesIn(kWrongTypes));

constexpr WrongValue kOutOfRange[] = {
    {R"({"crew": 0})", "/crew: expected integer in [1, 100], got 0"},
    {R"({"crew": 101})", "/crew: expected integer in [1, 100], got 101"},
    {R"({"crew": -3})", "/crew: expected integer in [1, 100], got -3"},
    {R"({"speed": 1})", "/speed: expected number in [0, 1), got 1"},
    {R"({"speed": -0.5})", "/speed: expected number in [0, 1), got -0.5"},
    {R"({"masts": 0})", "/masts: expected integer >= 1, got 0"},
    {R"({"masts": 9223372036854775808})", "/masts: expected integer >= 1 below 2^63, got 9223372036854775808"},
    {R"({"draught": 0})", "/draught: expected number > 0, got 0"},
    {R"({"decks": []})", "/decks: expected a list of 1 to 3 items, got []"},
    {R"({"decks": [1, 2, 3, 4]})", "/decks: expected a list of 1 to 3 items, got [1,2,3,4]"},
    {R"({"decks": [1, 0]})", "/decks/1: expected integer >= 1, got 0"},
    {R"({"decks": 0})", "/decks: expected integer >= 1, got 0"},
    {R"({"flags": ["a", "b", "c"]})", "/flags: expected a list of at most 2 items, got [\"a\",\"b\",\"c\"]"},
    {R"({"cargo": {"tea": 0}})", "/cargo/tea: expected number > 0, got 0"},
    {R"({"cargo": {"tea/green": 0}})", "/cargo/tea~1green: expected number > 0, got 0"},
    {R"({"hull": {"length": 500}})", "/hull/length: expected number in (0, 500), got 500"},
    {R"({"hull": {"ratio": [1]}})", "/hull/ratio: expected a list of 2 items, got [1]"},
    {R"({"hull": {"ratio": 1}})", "/hull/ratio: expected a list of 2 items, got 1"},
    {R"({"motor": {"name": "electric", "volts": 0}})", "/motor/volts: expected number > 0, got 0"},
    {R"({"boats": ["sail", {"name": "electric", "volts": 0}]})", "/boats/1/volts: expected number > 0, got 0"},
};
INSTANTIATE_TEST_SUITE_P(OutOfRange, WrongValues, ::testing::ValuesIn(kOutOfRange));

constexpr WrongValue kNames[] = {
    {R"({"colour": "gren"})", "/colour: expected one of red, green, blue, got \"gren\" (did you mean \"green\"?)"},
    {R"({"colour": "purple"})", "/colour: expected one of red, green, blue, got \"purple\""},
    {R"({"motor": "stem"})", "/motor: expected one of electric, steam, sail, got \"stem\" (did you mean \"steam\"?)"},
    {R"({"motor": {"name": "nuclear"}})", "/motor/name: expected one of electric, steam, sail, got \"nuclear\""},
    {R"({"motor": "steam"})", "/motor/boilers: is missing and has no default"},
    {R"({"tilte": "x"})", "/tilte: unknown key (did you mean \"title\"?)"},
    {R"({"hull": {"lenght": 1}})", "/hull/lenght: unknown key (did you mean \"length\"?)"},
    {R"({"hull": {"keel": 1}})", "/hull/keel: unknown key; known here: length, ratio"},
    {R"({"hull": {"$schema": "x"}})", "/hull/$schema: unknown key; known here: length, ratio"},
    {R"({"motor": {"name": "electric", "amps": 1}})", "/motor/amps: unknown key; known here: name, volts"},
    {R"({"boats": [{"name": "steam", "boilers": 1, "feul": "oil"}]})",
     "/boats/0/feul: unknown key (did you mean \"fuel\"?)"},
    {R"({"hull": {"a/b~c": 1}})", "/hull/a~1b~0c: unknown key; known here: length, ratio"},
};
INSTANTIATE_TEST_SUITE_P(Names, WrongValues, ::testing::ValuesIn(kNames));

TEST(ReadOptions, ReportsAllProblemsAtOnceInTheOrderOfTheDeclarations) {
    EXPECT_THAT(problems_of(Json::parse(R"({
        "boats": ["canoe", "sail", {"name": "steam"}], "hull": {"breadth": 1, "length": -1}, "crew": 0, "unheard": 1,
        "armed": "yes", "decks": [0, "x", 3] })")),
                ElementsAre("/armed: expected true or false, got \"yes\"", "/crew: expected integer in [1, 100], got 0",
                            "/decks/0: expected integer >= 1, got 0", "/decks/1: expected integer >= 1, got \"x\"",
                            "/hull/length: expected number in (0, 500), got -1",
                            "/hull/breadth: unknown key; known here: length, ratio",
                            "/boats/0: expected one of electric, steam, sail, got \"canoe\"",
                            "/boats/2/boilers: is missing and has no default",
                            "/unheard: unknown key; known here: $schema, armed, crew, speed, title, masts, draught, "
                            "port, decks, fares, flags, cargo, colour, hull, motor, spare, boats"));
}

TEST(ReadOptions, TakesNullForAnOptionalFieldThatHasADefault) {
    Ship ship = new_ship();
    ship.masts = 3;
    ship.draught = 1.5;
    ship.port = "Kiel";
    EXPECT_THAT(read_options({{"masts", nullptr}, {"draught", nullptr}, {"port", nullptr}}, fields_of(ship)),
                IsEmpty());
    EXPECT_EQ(ship.masts, std::nullopt);
    EXPECT_EQ(ship.draught, std::nullopt);
    EXPECT_EQ(ship.port, std::nullopt);
}

TEST(ReadOptions, TakesNullForAKindThatNeedNotBeChosen) { EXPECT_FALSE(read_ship({{"spare", nullptr}}).spare); }

TEST(ReadOptions, TakesOneItemForAListThatMayHaveOne) {
    const Ship ship = read_ship({{"decks", 4}, {"fares", 2.5}, {"flags", "a"}});
    EXPECT_THAT(ship.decks, ElementsAre(4));
    EXPECT_THAT(ship.fares, ElementsAre(2.5));
    EXPECT_THAT(ship.flags, ElementsAre("a"));
}

TEST(ReadOptions, TakesAnEmptyListWhereNoItemIsAsked) {
    EXPECT_THAT(read_ship({{"fares", Json::array()}}).fares, IsEmpty());
}

TEST(ReadOptions, TakesAnIntegerForANumber) { EXPECT_EQ(read_ship({{"draught", 3}}).draught, 3.0); }

TEST(ReadOptions, TakesAKindByNameOrAsAnObject) {
    for (const Json& motor : {Json("electric"), Json{{"name", "electric"}}, Json{{"name", "electric"}, {"volts", 12}}})
        EXPECT_EQ(read_ship({{"motor", motor}}).motor.build(3), "3 of 12 volts");
}

TEST(ReadOptions, ReplacesADefaultMapAsAWhole) {
    Ship ship = new_ship();
    ship.cargo = {{"tea", 1}};
    EXPECT_THAT(read_options({{"cargo", {{"silk", 2}}}}, fields_of(ship)), IsEmpty());
    EXPECT_EQ(ship.cargo, (std::map<std::string, double>{{"silk", 2}}));
}

TEST(ReadOptions, AllowsTheSchemaOfAnEditorAtTheTop) { read_ship({{"$schema", "schema.json"}}); }

TEST(ReadOptions, KeepsFieldsWhoseValueIsWrong) {
    Ship ship = new_ship();
    EXPECT_EQ(read_options({{"crew", 0}, {"masts", "x"}, {"colour", "gold"}}, fields_of(ship)).size(), 3);
    EXPECT_EQ(ship.crew, 1);
    EXPECT_EQ(ship.masts, std::nullopt);
    EXPECT_EQ(ship.colour, Colour::green);
}

TEST(ReadOptions, CutsALongValueBetweenTwoLetters) {
    std::string title;
    for (int i = 0; i < 60; ++i) title += "ø";
    std::string expected = "/crew: expected integer in [1, 100], got \"";
    for (int i = 0; i < 28; ++i) expected += "ø";
    EXPECT_THAT(problems_of({{"crew", title}}), ElementsAre(expected + "..."));
}

TEST(ReadOptions, RefusesWhatIsNoFiniteNumber) {
    EXPECT_THAT(problems_of({{"draught", std::numeric_limits<double>::infinity()}}),
                ElementsAre("/draught: expected number > 0, got null"));
}

struct Box {
    std::int64_t size = 0;
    Hull hull;
};
void describe(Fields& fields, Box& box) {
    fields.field(required("size"), box.size, "");
    fields.object(required("hull"), box.hull, "");
}

TEST(ReadOptions, ReportsWhatIsMissing) {
    Box box;
    EXPECT_THAT(read_options(Json::object(), [&](Fields& fields) { describe(fields, box); }),
                ElementsAre("/size: is missing and has no default", "/hull: is missing and has no default"));
    struct Outer {
        Box box;
    } outer;
    const auto describe_outer = [&](Fields& fields) { fields.object("box", outer.box, ""); };
    EXPECT_THAT(read_options(Json::object(), describe_outer),
                ElementsAre("/box/size: is missing and has no default", "/box/hull: is missing and has no default"));
}

TEST(WriteOptions, WritesDefaultsTooInTheOrderOfTheDeclarations) {
    Ship ship = new_ship();
    EXPECT_EQ(write_options(fields_of(ship)).dump(),
              R"({"armed":false,"crew":1,"speed":0.5,"title":"nameless","masts":null,"draught":null,"port":null,)"
              R"("decks":[1],"fares":[],"flags":[],"cargo":{},"colour":"green",)"
              R"("hull":{"length":10.0,"ratio":[1.0,2.0]},"motor":{"name":"electric","volts":12.0},"spare":null,)"
              R"("boats":[]})");
}

TEST(WriteOptions, WritesWhatReadsBackAsTheSame) {
    Ship ship = read_ship(Json::parse(R"({
        "armed": true, "crew": 7, "speed": 0.1, "title": "\"Øre\"\n", "masts": 3, "draught": 0.30000000000000004,
        "port": "", "decks": [4], "fares": [1e-9], "flags": ["a"], "cargo": {"a/b": 2}, "colour": "red",
        "hull": {"length": 1e-7}, "motor": {"name": "steam", "boilers": 2, "fuel": "oil"}, "spare": "sail",
        "boats": ["electric", {"name": "steam", "boilers": 1}] })"));
    const Json written = write_options(fields_of(ship));
    Ship again = read_ship(parse_json(pretty(written), "written"));
    EXPECT_EQ(write_options(fields_of(again)), written);
    EXPECT_EQ(again.draught, 0.30000000000000004);
    EXPECT_EQ(again.title, "\"Øre\"\n");
    EXPECT_EQ(again.boats.at(1).build(1), "1 boilers of coal");
}

struct Places {
    std::string train = "default";
    std::optional<std::string> test;
};

auto fields_of_places(Places& places) {
    return [&places](Fields& fields) {
        fields.path("train", places.train, "");
        fields.path("test", places.test, "");
    };
}

TEST(ReadOptions, ExpandsPathsThatNoShellHasSeen) {
    const EnvironmentVariable home("HOME", "/home/ada");
    Places places;
    EXPECT_THAT(read_options({{"train", "~/data"}, {"test", R"(~/Bl\xFCte)"}}, fields_of_places(places)), IsEmpty());
    EXPECT_EQ(places.train, "/home/ada/data");
    EXPECT_EQ(places.test, "/home/ada/Bl\xFCte");
    EXPECT_EQ(write_options(fields_of_places(places)).dump(),
              R"({"train":"/home/ada/data","test":"/home/ada/Bl\\xFCte"})");
    EXPECT_THAT(read_options({{"test", nullptr}}, fields_of_places(places)), IsEmpty());
    EXPECT_EQ(places.test, std::nullopt);
}

TEST(ReadOptions, SaysWhichPathCannotBeExpanded) {
    Places places;
    EXPECT_THAT(read_options({{"train", "$HOME/data"}, {"test", 3}}, fields_of_places(places)),
                ElementsAre(StartsWith("/train: \"$HOME/data\": only a shell replaces $HOME: write the path in full"),
                            "/test: expected a string, got 3"));
    EXPECT_THAT(read_options({{"test", "${X}/data"}}, fields_of_places(places)), ElementsAre(StartsWith("/test: ")));
}

/// A number that may be left open with a word.
Describe open_number(std::optional<std::int64_t>& size) {
    return [&size](Fields& fields) { fields.field("size", size, "How many.", or_word(at_least(1), "auto")); };
}

TEST(NumberOrWord, IsReadAndWritten) {
    std::optional<std::int64_t> size = 3;
    EXPECT_EQ(write_options(open_number(size)), Json::parse(R"({"size": 3})"));
    EXPECT_THAT(read_options(Json::parse(R"({"size": "auto"})"), open_number(size)), IsEmpty());
    EXPECT_EQ(size, std::nullopt);
    EXPECT_EQ(write_options(open_number(size)), Json::parse(R"({"size": "auto"})"));
    EXPECT_THAT(read_options(Json::parse(R"({"size": 7})"), open_number(size)), IsEmpty());
    EXPECT_EQ(size, 7);
}

TEST(NumberOrWord, IsNothingElse) {
    for (const char* wrong : {"null", "\"automatic\"", "0", "1.5", "[]"}) {
        std::optional<std::int64_t> size = 3;
        EXPECT_THAT(read_options(Json::parse(format_text(R"({{"size": {}}})", wrong)), open_number(size)),
                    ElementsAre(StartsWith("/size: expected integer >= 1 or \"auto\", got ")));
        EXPECT_EQ(size, 3);
    }
}

TEST(NumberOrWord, IsInTheSchemaAndTheDocuments) {
    std::optional<std::int64_t> size;
    EXPECT_EQ(schema_of(open_number(size), "").at("properties").at("size").dump(),
              R"({"anyOf":[{"type":"integer","minimum":1},{"const":"auto"}],"description":"How many.",)"
              R"("default":"auto"})");
    EXPECT_THAT(markdown_of(open_number(size)),
                ::testing::HasSubstr("| `size` | integer >= 1 or \"auto\" | `\"auto\"` | How many. |"));
}

}  // namespace
}  // namespace graft::testing
