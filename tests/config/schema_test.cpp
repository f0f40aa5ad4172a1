#include <gmock/gmock.h>

#include "config/sample_options.hpp"

namespace graft::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Json ship_schema() {
    Ship ship = new_ship();
    return schema_of(fields_of(ship), "a ship");
}

Json property(const std::string& key) { return ship_schema().at("properties").at(key); }

TEST(SchemaOf, BeginsWithTheDraftAndTheTitleAndAllowsNoOtherKeys) {
    const Json schema = ship_schema();
    EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
    EXPECT_EQ(schema.at("title"), "a ship");
    EXPECT_EQ(schema.at("type"), "object");
    EXPECT_EQ(schema.at("additionalProperties"), false);
    EXPECT_EQ(schema.at("properties").at("$schema").at("type"), "string");
    EXPECT_FALSE(schema.contains("required"));
}

TEST(SchemaOf, SaysTypeLimitsMeaningAndDefault) {
    EXPECT_EQ(property("armed").dump(), R"({"type":"boolean","description":"Has guns.","default":false})");
    EXPECT_EQ(property("crew").dump(),
              R"({"type":"integer","minimum":1,"maximum":100,"description":"People.","default":1})");
    EXPECT_EQ(property("speed").dump(),
              R"({"type":"number","minimum":0,"exclusiveMaximum":1,"description":"Knots.","default":0.5})");
    EXPECT_EQ(property("title").dump(), R"({"type":"string","description":"Its name.","default":"nameless"})");
    EXPECT_EQ(property("colour").dump(), R"({"enum":["red","green","blue"],"description":"Paint.","default":"green"})");
    EXPECT_EQ(property("cargo").dump(),
              R"({"type":"object","additionalProperties":{"type":"number","exclusiveMinimum":0},)"
              R"("description":"Tons of each.","default":{}})");
}

TEST(SchemaOf, AllowsNullForOptionalFields) {
    EXPECT_EQ(property("masts").dump(), R"({"type":["integer","null"],"minimum":1,"description":"Masts, if any."})");
    EXPECT_EQ(property("draught").dump(), R"({"type":["number","null"],"exclusiveMinimum":0,"description":"Metres."})");
    EXPECT_EQ(property("port").dump(), R"({"type":["string","null"],"description":"Home | harbour."})");
}

TEST(SchemaOf, AllowsOneItemForAListThatMayHaveOne) {
    EXPECT_EQ(property("decks").dump(),
              R"({"anyOf":[{"type":"integer","minimum":1},)"
              R"({"type":"array","items":{"type":"integer","minimum":1},"minItems":1,"maxItems":3}],)"
              R"("description":"Cabins per deck.","default":[1]})");
    EXPECT_EQ(property("hull").at("properties").at("ratio").dump(),
              R"({"type":"array","items":{"type":"number","minimum":0},"minItems":2,"maxItems":2,)"
              R"("description":"Two numbers.","default":[1.0,2.0]})");
}

TEST(SchemaOf, DescribesObjectsWithinObjects) {
    const Json hull = property("hull");
    EXPECT_EQ(hull.at("type"), "object");
    EXPECT_EQ(hull.at("description"), "The body.");
    EXPECT_EQ(hull.at("additionalProperties"), false);
    EXPECT_EQ(
        hull.at("properties").at("length").dump(),
        R"({"type":"number","exclusiveMinimum":0,"exclusiveMaximum":500,"description":"Metres.","default":10.0})");
}

TEST(SchemaOf, OffersEachKindAndTheNameAloneWhereNothingIsRequired) {
    const Json motor = property("motor");
    EXPECT_EQ(motor.at("default"), "electric");
    const Json& variants = motor.at("anyOf");
    ASSERT_EQ(variants.size(), 4);
    EXPECT_EQ(variants[0].dump(), R"({"enum":["electric","sail"]})");
    EXPECT_EQ(variants[1].dump(),
              R"({"type":"object","additionalProperties":false,"properties":{"volts":{"type":"number",)"
              R"("exclusiveMinimum":0,"description":"Tension.","default":12.0},"name":{"const":"electric"}},)"
              R"("description":"Silent","required":["name"]})");
    EXPECT_EQ(variants[2].at("required").dump(), R"(["boilers","name"])");
    EXPECT_FALSE(variants[2].at("properties").at("boilers").contains("default"));
}

TEST(SchemaOf, AllowsNullForAKindThatNeedNotBeChosen) {
    EXPECT_EQ(property("spare").at("anyOf").back().dump(), R"({"type":"null"})");
    EXPECT_FALSE(property("spare").contains("default"));
    EXPECT_NE(property("motor").at("anyOf").back().dump(), R"({"type":"null"})");
}

TEST(SchemaOf, DescribesListsOfKinds) {
    const Json boats = property("boats");
    EXPECT_EQ(boats.at("type"), "array");
    EXPECT_EQ(boats.at("items").at("anyOf").size(), 4);
}

TEST(SchemaOf, AsksForWhatIsRequiredAlsoWithinAnObject) {
    struct Options {
        std::int64_t size = 0;
        std::string name, note;
    } options;
    const Json schema = schema_of(
        [&](Fields& fields) {
            fields.field(required("size"), options.size, "");
            fields.section("part", options, "", [](Fields& inner, Options& part) {
                inner.field(required("name"), part.name, "");
                inner.field("note", part.note, "");
            });
        },
        "options");
    EXPECT_EQ(schema.at("required").dump(), R"(["size","part"])");
    EXPECT_FALSE(schema.at("properties").at("size").contains("default"));
    EXPECT_EQ(schema.at("properties").at("part").at("required").dump(), R"(["name"])");
}

TEST(MarkdownOf, HasATablePerObject) {
    Ship ship = new_ship();
    ship.port = "Kiel|Holtenau";
    const std::string text = markdown_of(fields_of(ship));
    EXPECT_THAT(text, ::testing::StartsWith(
                          "\n| key | allowed | default | meaning |\n|---|---|---|---|\n"
                          "| `armed` | true or false | `false` | Has guns. |\n"
                          "| `crew` | integer in [1, 100] | `1` | People. |\n"
                          "| `speed` | number in [0, 1) | `0.5` | Knots. |\n"
                          "| `title` | text | `\"nameless\"` | Its name. |\n"
                          "| `masts` | integer >= 1 or null | `null` | Masts, if any. |\n"
                          "| `draught` | number > 0 or null | `null` | Metres. |\n"
                          "| `port` | text or null | `\"Kiel\\|Holtenau\"` | Home \\| harbour. |\n"
                          "| `decks` | integer >= 1, or a list of 1 to 3 items | `[1]` | Cabins per deck. |\n"
                          "| `fares` | number > 0, or a list | `[]` | Prices. |\n"
                          "| `flags` | text, or a list of at most 2 items | `[]` | Signals. |\n"
                          "| `cargo` | object of name: number > 0 | `{}` | Tons of each. |\n"
                          "| `colour` | `\"red\"`, `\"green\"`, `\"blue\"` | `\"green\"` | Paint. |\n"
                          "| [`hull`](#hull) | an object |  | The body. |\n"
                          "| `motor` | one of [`\"electric\"`](#motor-electric), [`\"steam\"`](#motor-steam), "
                          "[`\"sail\"`](#motor-sail) | `\"electric\"` | What drives it. |\n"));
    EXPECT_THAT(text,
                HasSubstr("\n## `/hull`\n\nThe body.\n\n| key | allowed | default | meaning |\n|---|---|---|---|\n"
                          "| `length` | number in (0, 500) | `10` | Metres. |\n"
                          "| `ratio` | a list of 2 items, each number >= 0 | `[1, 2]` | Two numbers. |\n"));
    EXPECT_THAT(text, HasSubstr("\n## `/motor: steam`\n\nWarm.\n\n| key | allowed | default | meaning |\n"
                                "|---|---|---|---|\n| `boilers` | integer >= 1 | required | How many. |\n"));
    EXPECT_THAT(text, HasSubstr("\n## `/motor: sail`\n\nSlow.\n"));
    // The same kinds are described once.
    EXPECT_THAT(text, HasSubstr("| `spare` | one of [`\"electric\"`](#motor-electric), "));
    EXPECT_THAT(text, HasSubstr("(#motor-sail), or null | `null` |"));
    EXPECT_THAT(text, HasSubstr("| `boats` | a list of [`\"electric\"`](#motor-electric), "));
    EXPECT_THAT(text, Not(HasSubstr("## `/spare")));
    EXPECT_THAT(text, Not(HasSubstr("## `/boats")));
}

TEST(MarkdownOf, DescribesTheSectionsInTheOrderOfTheRows) {
    Ship ship = new_ship();
    const std::string text = markdown_of(fields_of(ship));
    EXPECT_LT(text.find("## `/hull`"), text.find("## `/motor: electric`"));
    EXPECT_LT(text.find("## `/motor: electric`"), text.find("## `/motor: sail`"));
    EXPECT_THAT(text, Not(HasSubstr("``")));
}

}  // namespace
}  // namespace graft::testing
