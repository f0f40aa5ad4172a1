#include "core/shell_words.hpp"
#include "core/text.hpp"
#include "report/page.hpp"
#include "report/sections.hpp"

namespace graft {
namespace {

/// A path as C++ and Python write it.
std::string literal_of(const std::string& text) {
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    return quoted + "\"";
}

std::string commands_for(const std::string& model) {
    const std::string word = shell_word(model);
    return format_text(
        "graft predict {} photo.jpg\n"
        "graft predict {} folder/ --output predictions.csv\n"
        "graft evaluate {} test-folder --output evaluation\n"
        "graft export {} --format onnx\n"
        "graft verify {}",
        word, word, word, word, word);
}

std::string cpp_for(const std::string& model, const std::string& task) {
    const std::string line = task == "regression"
                                 ? "for (const float value : predictor.predict_file(\"photo.jpg\").values)\n"
                                   "    std::cout << value << \"\\n\";"
                                 : "for (const auto& [name, probability] : "
                                   "predictor.top(predictor.predict_file(\"photo.jpg\"), 3))\n"
                                   "    std::cout << name << \" \" << probability << \"\\n\";";
    return format_text("#include <graft/deploy/predictor.hpp>\n\nconst graft::Predictor predictor({});\n{}",
                       literal_of(model), line);
}

std::string python_for(const std::string& model, const std::optional<Preprocessing>& preprocessing) {
    const Preprocessing size = preprocessing.value_or(Preprocessing());
    return format_text(
        "import torch\n\nmodel = torch.jit.load({})\n"
        "# images: float32 [N,3,{},{}], RGB, 0..255, resized as graft.json in the file says\n"
        "values = model(images)",
        literal_of(model), size.height, size.width);
}

}  // namespace

Markup use_section(const ReportSource& source) {
    const std::string model = shown(source.model.string());
    if (!source.finished || model.empty()) return {};
    Markup section = paragraph("On the command line:");
    section << code_block(commands_for(model)) << paragraph("In C++:") << code_block(cpp_for(model, source.task()))
            << paragraph("In Python:") << code_block(python_for(model, source.preprocessing));
    if (source.run) {
        const std::string config = shell_word((source.folder / "config.json").string());
        section << paragraph("The same run again:")
                << code_block(format_text("graft train {} --set /output=another-folder", config));
    }
    return section;
}

}  // namespace graft
