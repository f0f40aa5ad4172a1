// A backbone of the application's own: example_own_backbone DATA-FOLDER RUN-FOLDER
// A small residual network, written from layers and TorchScript source. Everything that graft does with its own
// networks works with it: freezing up to a stage, fused inference, the feature cache, export. Here it is trained from
// random values, all of it; with /backbone/weights it would take a state dict of the same parameters.
#include <cstdio>
#include <graft/graft.hpp>

namespace {

using graft::Layer;
namespace layers = graft::layers;

/// [N,in,H,W] -> [N,out,H/2,W/2]: convolution, batch norm, ReLU.
Layer make_stem(std::int64_t in, std::int64_t out) {
    return layers::chain(
        {{"conv", layers::conv2d({.in = in, .out = out, .kernel = 3, .stride = 2, .pad = graft::on_each_side(1)})},
         {"bn", layers::batch_norm({.channels = out})},
         {"relu", layers::function("torch.relu(x)")}});
}

/// [N,C,H,W] -> [N,C,H,W]: what a residual block adds is scaled by a parameter of its own.
Layer make_block(std::int64_t channels) {
    const auto convolution = [&] {
        return layers::conv2d({.in = channels, .out = channels, .kernel = 3, .pad = graft::on_each_side(1)});
    };
    return layers::source(
        "def forward(self, x):\n"
        "    y = torch.relu(self.bn1.forward(self.conv1.forward(x)))\n"
        "    y = self.bn2.forward(self.conv2.forward(y))\n"
        "    return torch.relu(x + self.scale * y)\n",
        {{"conv1", convolution()},
         {"bn1", layers::batch_norm({.channels = channels})},
         {"conv2", convolution()},
         {"bn2", layers::batch_norm({.channels = channels})}},
        {{.name = "scale", .shape = {1}, .value = 0.5}});
}

graft::OwnBackbone small_resnet() {
    return {"small_resnet", "A small residual network, 32 features", [](std::int64_t, std::int64_t) {
                graft::BackboneNetwork network;
                network.stages = {{"stem", make_stem(3, 16)},
                                  {"stage1", layers::chain({{"block", make_block(16)}})},
                                  {"stage2", layers::chain({{"down", make_stem(16, 32)}, {"block", make_block(32)}})}};
                network.channels = 32;
                return network;
            }};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s DATA-FOLDER RUN-FOLDER\n", argv[0]);
        return 2;
    }
    const std::string data = argv[1];
    try {
        graft::RunConfig config;
        config.set("/output", argv[2])
            .set("/data/train", data + "/train")
            .set("/data/test", data + "/test")
            .set("/data/validation_split", 0.25)
            .set("/data/image_size", 64)
            .set("/backbone/name", "small_resnet")
            .set("/backbone/weights", "random")
            .set("/backbone/freeze", "none")
            .set("/head/hidden", std::vector<std::int64_t>{})
            .set("/training/epochs", 3);
        graft::TrainOptions options;
        options.backbones = {small_resnet()};
        const graft::TrainRecord record = graft::train(config, options);
        for (const graft::EpochRecord& epoch : record.history)
            std::printf("epoch %d: loss %.4f\n", static_cast<int>(epoch.epoch + 1), epoch.metric("loss").value());
        std::printf("test accuracy %.4f\n", record.test->classification().accuracy);

        // The model holds the network: nothing here is needed to use it.
        const graft::Predictor predictor(record.model);
        std::printf("%zu classes, the first is %s\n", predictor.classes().size(), predictor.classes().front().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
