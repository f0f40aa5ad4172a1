#include <gmock/gmock.h>

#include "data/list/table.hpp"
#include "error_message.hpp"
#include "graft/core/errors.hpp"

namespace graft {
namespace {

using ::testing::ElementsAre;
using testing::error_message;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// Keeps all cells as "line: a|b"; a cell that is not given is "-", a list "[a,b]".
class Recorder final : public RowTaker {
public:
    std::vector<std::string> begin(const std::vector<std::string>& header) override {
        header_ = header;
        return wanted_.empty() ? header : wanted_;
    }
    void take(std::size_t line, std::span<const Cell> cells) override {
        std::string text = std::to_string(line) + ": ";
        for (const Cell& cell : cells) {
            if (&cell != &cells.front()) text += "|";
            std::string items;
            for (const std::string& item : cell.items) items += (items.empty() ? "" : ",") + item;
            text += !cell.given ? "-" : cell.is_list ? "[" + items + "]" : cell.text;
        }
        rows_.push_back(text);
    }
    void refuse(std::size_t line, std::string reason) override {
        refused_.push_back(std::to_string(line) + ": " + reason);
    }

    std::vector<std::string> wanted_, header_, rows_, refused_;
};

Recorder read(std::string_view bytes, const std::string& name = "a.csv", const TableOptions& options = {},
              std::vector<std::string> wanted = {}) {
    Recorder recorder;
    recorder.wanted_ = std::move(wanted);
    read_table(bytes, name, options, recorder);
    return recorder;
}

TEST(Table, IsToldByItsExtension) {
    EXPECT_EQ(table_kind("a/b.csv"), TableKind::csv);
    EXPECT_EQ(table_kind("b.TSV"), TableKind::csv);
    EXPECT_EQ(table_kind("b.jsonl"), TableKind::json_lines);
    EXPECT_EQ(table_kind("b.ndjson"), TableKind::json_lines);
    EXPECT_EQ(table_kind("b.json"), std::nullopt);
    EXPECT_EQ(table_kind("csv"), std::nullopt);
}

TEST(CsvTable, HasAHeaderAndRowsWithTheirLines) {
    const Recorder table = read("path,label\na.jpg,cat\nb.jpg,dog\n");
    EXPECT_THAT(table.header_, ElementsAre("path", "label"));
    EXPECT_THAT(table.rows_, ElementsAre("2: a.jpg|cat", "3: b.jpg|dog"));
}

TEST(CsvTable, GivesTheWantedColumnsInTheirOrder) {
    EXPECT_THAT(read("a,b,c\n1,2,3\n", "a.csv", {}, {"c", "a"}).rows_, ElementsAre("2: 3|1"));
}

TEST(CsvTable, ReadsQuotationMarksAsRfc4180HasThem) {
    const Recorder table = read("a,b\n\"x,1\",\"say \"\"hi\"\"\"\n\"two\nlines\",y\n\"\",z\n");
    EXPECT_THAT(table.rows_, ElementsAre("2: x,1|say \"hi\"", "3: two\nlines|y", "5: |z"));
}

TEST(CsvTable, CountsLinesWhateverTheirEndsAre) {
    EXPECT_THAT(read("a,b\r\n1,2\r\n\r\n3,4").rows_, ElementsAre("2: 1|2", "4: 3|4"));
    EXPECT_THAT(read("a,b\r1,2\r3,4\r").rows_, ElementsAre("2: 1|2", "3: 3|4"));
    EXPECT_THAT(read("a,b\n\n\n1,\"x\r\ny\"\n3,4\n").rows_, ElementsAre("4: 1|x\r\ny", "6: 3|4"));
}

TEST(CsvTable, PassesOverBlankRowsAndAMark) {
    const Recorder table = read("\xEF\xBB\xBF\"path\",label\n1,2\n,\n  ,  \n\n");
    EXPECT_THAT(table.header_, ElementsAre("path", "label"));
    EXPECT_THAT(table.rows_, ElementsAre("2: 1|2"));
}

TEST(CsvTable, LeavesOutSpacesAroundCellsButNotThoseInQuotationMarks) {
    EXPECT_THAT(read("a, b\n 1 , \" 2\" \n").rows_, ElementsAre("2: 1| 2"));
}

TEST(CsvTable, TakesOtherDelimiters) {
    EXPECT_THAT(read("a\tb\n1,5\t2\n", "a.tsv").rows_, ElementsAre("2: 1,5|2"));
    EXPECT_THAT(read("a;b\n1,5;2\n", "a.csv", {.delimiter = ';'}).rows_, ElementsAre("2: 1,5|2"));
    EXPECT_THAT(read("sep=;\r\na;b\r\n1;2\r\n").rows_, ElementsAre("3: 1|2"));
}

TEST(CsvTable, MayHaveItsColumnsNamedElsewhere) {
    EXPECT_THAT(read("1,2\n3,4\n", "a.csv", {.columns = {"x", "y"}}, {"y"}).rows_, ElementsAre("1: 2", "2: 4"));
}

TEST(CsvTable, TakesCellsThatARowLacksAsNotGiven) { EXPECT_THAT(read("a,b\n1\n").rows_, ElementsAre("2: 1|-")); }

TEST(CsvTable, RefusesARowWithMoreCellsThanTheHeaderUnlessTheyAreEmpty) {
    const Recorder table = read("a,b\n1,2,3\n4,5,,\n");
    EXPECT_THAT(table.rows_, ElementsAre("3: 4|5"));
    EXPECT_THAT(table.refused_, ElementsAre(StartsWith("2: has 3 cells, the header 2")));
}

TEST(CsvTable, RefusesQuotationMarksWithinACellAndGoesOnWithTheNextLine) {
    const Recorder table = read("a,b\n1,say \"hi\"\n\"2\"x,3\n4,5\n");
    EXPECT_THAT(table.rows_, ElementsAre("4: 4|5"));
    EXPECT_THAT(table.refused_, ElementsAre(StartsWith("2: a quotation mark stands within a cell"),
                                            StartsWith("3: a quotation mark stands within a cell")));
}

TEST(CsvTable, NamesTheLineOfAQuotationMarkThatIsNeverClosed) {
    EXPECT_THAT(read("a,b\n1,2\n3,\"4\n5,6\n").refused_, ElementsAre("3: a quotation mark in it is not closed"));
    const std::string large(2 << 20, 'x');
    const Recorder table = read("a,b\n1,\"2\n" + large + "\n3,4\n");
    EXPECT_THAT(table.refused_, ElementsAre("2: a quotation mark in it is not closed"));
    EXPECT_THAT(table.rows_, ElementsAre("4: 3|4"));
}

TEST(CsvTable, RefusesAHeaderThatIsNoCsv) {
    EXPECT_THAT(error_message<DataError>([] { (void)read("a\"b,c\n1,2\n"); }),
                StartsWith("a.csv: line 1, the header: a quotation mark stands within a cell"));
}

TEST(CsvTable, RefusesTextThatIsNoUtf8) {
    EXPECT_THAT(read("a,b\n1,Bl\xFCte\n").refused_, ElementsAre(StartsWith("2: is not UTF-8 text")));
    EXPECT_THAT(error_message<DataError>([] { (void)read(std::string_view("\xFF\xFE\x61\0", 4)); }),
                StartsWith("a.csv: is UTF-16 text; save it as UTF-8"));
    EXPECT_THAT(error_message<DataError>([] { (void)read(std::string_view("a,b\n1,\0", 7)); }),
                StartsWith("a.csv: holds a NUL byte"));
}

TEST(CsvTable, RefusesATableOfNothing) {
    EXPECT_EQ(error_message<DataError>([] { (void)read(""); }), "a.csv: is empty");
    EXPECT_EQ(error_message<DataError>([] { (void)read("\n\n,,\n"); }), "a.csv: is empty");
    EXPECT_THAT(read("a,b\n").rows_, IsEmpty());
}

TEST(CsvTable, RefusesAWantedColumnThatIsThereTwice) {
    EXPECT_EQ(error_message<DataError>([] { (void)read("a,a\n1,2\n"); }), "a.csv: has several columns \"a\"");
    EXPECT_THAT(read("a,b,b\n1,2,3\n", "a.csv", {}, {"a"}).rows_, ElementsAre("2: 1"));
}

TEST(JsonLinesTable, HasAnObjectALine) {
    const Recorder table = read("{\"path\":\"a.jpg\",\"label\":3}\r\n\n{\"label\":true,\"path\":\"b\"}", "a.jsonl");
    EXPECT_THAT(table.header_, ElementsAre("path", "label"));
    EXPECT_THAT(table.rows_, ElementsAre("1: a.jpg|3", "3: b|true"));
}

TEST(JsonLinesTable, HasListsAndNothing) {
    EXPECT_THAT(read("{\"p\":\"a\",\"l\":[\"x\",2]}\n{\"p\":\"b\",\"l\":[]}\n{\"p\":\"c\",\"l\":null}\n{\"p\":\"d\"}\n",
                     "a.jsonl")
                    .rows_,
                ElementsAre("1: a|[x,2]", "2: b|[]", "3: c|-", "4: d|-"));
}

TEST(JsonLinesTable, RefusesWhatIsNoObjectOrCannotBeACell) {
    const Recorder table =
        read("[1]\n{\"p\":\"a\"}\n{\"p\":{}}\n3\n{\"p\":\"a\"\n{\"p\":\"a\",\"p\":\"b\"}\n", "a.jsonl");
    EXPECT_THAT(table.rows_, ElementsAre("2: a"));
    EXPECT_THAT(table.refused_,
                ElementsAre(StartsWith("1: is a JSON list"), StartsWith("3: p: is neither text"),
                            StartsWith("4: is no JSON object"), StartsWith("5: is no JSON object: not valid JSON"),
                            HasSubstr("stands twice")));
}

}  // namespace
}  // namespace graft
