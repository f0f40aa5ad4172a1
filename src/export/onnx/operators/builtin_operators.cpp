#include "export/onnx/operator_call.hpp"

namespace graft {

const OperatorTable& builtin_operators() {
    static const OperatorTable table = [] {
        OperatorTable all;
        for (const auto rows :
             {convolution_operators, pooling_operators, arithmetic_operators, activation_operators,
              normalisation_operators, dense_operators, shape_operators, part_operators, quantisation_operators})
            for (const OperatorRow& row : rows()) all.add(row);
        return all;
    }();
    return table;
}

}  // namespace graft
