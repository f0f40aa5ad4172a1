// An application as each way of getting graft must be able to build it: consumer MODEL IMAGE
#include <cstdio>
#include <exception>
#include <graft/graft.hpp>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    try {
        const graft::Predictor predictor(argv[1]);
        for (const auto& [name, probability] : predictor.top(predictor.predict_file(argv[2]), 3))
            std::printf("%s %.4f\n", name.c_str(), probability);
        return 0;
    } catch (const graft::DataError& error) {  // an exception of the library's, caught by its type
        std::printf("unusable: %s\n", error.what());
        return 3;
    }
}
