/// Vision transformer (Dosovitskiy et al. 2020), with the parameter names of torchvision's `vit_b_16` and of timm's
/// `vit_base_patch16_224` and `deit_base_patch16_224`, and Hugging Face's. Dropout is left out (see Architecture).
#include <ATen/ops/zeros.h>

#include <array>

#include "core/text.hpp"
#include "graft/core/errors.hpp"
#include "network/architecture.hpp"

namespace graft {
namespace {

constexpr std::int64_t kPatch = 16, kChannels = 768, kHeads = 12, kHeadChannels = kChannels / kHeads, kBlocks = 12;
constexpr const char* kEncoderBlock = "EncoderBlock";
constexpr double kEps = 1e-6;

using PartName = std::pair<std::string_view, std::string_view>;

// Torchvision renamed the dense layers after its weights were published: files have either.
constexpr std::array<PartName, 2> kOlderBlock = {{{"mlp.linear_1.", "mlp.0."}, {"mlp.linear_2.", "mlp.3."}}};
constexpr std::array<PartName, 6> kTimmBlock = {{{"norm1.", "ln_1."},
                                                 {"attn.qkv.", "self_attention.in_proj_"},
                                                 {"attn.proj.", "self_attention.out_proj."},
                                                 {"norm2.", "ln_2."},
                                                 {"mlp.fc1.", "mlp.0."},
                                                 {"mlp.fc2.", "mlp.3."}}};
// Hugging Face's, since transformers 5 and before; query, key and value are a third of a tensor each.
constexpr std::array<PartName, 8> kHuggingFaceBlock = {{{"attention.q_proj.", "self_attention.in_proj_{0/3}"},
                                                        {"attention.k_proj.", "self_attention.in_proj_{1/3}"},
                                                        {"attention.v_proj.", "self_attention.in_proj_{2/3}"},
                                                        {"attention.o_proj.", "self_attention.out_proj."},
                                                        {"layernorm_before.", "ln_1."},
                                                        {"layernorm_after.", "ln_2."},
                                                        {"mlp.fc1.", "mlp.0."},
                                                        {"mlp.fc2.", "mlp.3."}}};
constexpr std::array<PartName, 8> kOlderHuggingFaceBlock = {
    {{"attention.attention.query.", "self_attention.in_proj_{0/3}"},
     {"attention.attention.key.", "self_attention.in_proj_{1/3}"},
     {"attention.attention.value.", "self_attention.in_proj_{2/3}"},
     {"attention.output.dense.", "self_attention.out_proj."},
     {"layernorm_before.", "ln_1."},
     {"layernorm_after.", "ln_2."},
     {"intermediate.dense.", "mlp.0."},
     {"output.dense.", "mlp.3."}}};
constexpr std::array<PartName, 4> kHuggingFaceAround = {{{"embeddings.cls_token", "stem.class_token"},
                                                         {"embeddings.position_embeddings", "stem.pos_embedding"},
                                                         {"embeddings.patch_embeddings.projection.", "stem.conv_proj."},
                                                         {"layernorm.", "ln."}}};
// The names around the blocks.
constexpr std::array<PartName, 4> kAround = {{{"class_token", "stem.class_token"},
                                              {"conv_proj.", "stem.conv_proj."},
                                              {"encoder.pos_embedding", "stem.pos_embedding"},
                                              {"encoder.ln.", "ln."}}};
constexpr std::array<PartName, 6> kTimmAround = {{{"classifier.", "heads.head."},
                                                  {"cls_token", "stem.class_token"},
                                                  {"patch_embed.proj.", "stem.conv_proj."},
                                                  {"pos_embed", "stem.pos_embedding"},
                                                  {"norm.", "ln."},
                                                  {"head.", "heads.head."}}};

std::string text(std::int64_t number) { return std::to_string(number); }

/// `[N,3,H,W] -> [N,T,C]`: patches, the class token before them, plus what says where each of them is. The class token
/// comes in by adding it to a row of zeros, which needs no batch size.
TorchModule make_stem(std::int64_t patches) {
    TorchModule stem = make_module("PatchTokens");
    stem.register_parameter("class_token", at::zeros({1, 1, kChannels}), false);
    stem.register_parameter("pos_embedding", at::zeros({1, patches + 1, kChannels}), false);
    stem.register_module("conv_proj",
                         make_conv2d({.in = 3, .out = kChannels, .kernel = kPatch, .stride = kPatch, .bias = true}));
    stem.define(
        "def forward(self, x):\n"
        "    x = torch.reshape(self.conv_proj.forward(x), [-1, " +
        text(kChannels) + ", " + text(patches) +
        "])\n"
        "    x = torch.constant_pad_nd(torch.transpose(x, 1, 2), [0, 0, 1, 0], 0.0)\n"
        "    token = torch.constant_pad_nd(self.class_token, [0, 0, 0, " +
        text(patches) +
        "], 0.0)\n"
        "    return x + (self.pos_embedding + token)\n");
    return stem;
}

/// Multi-head self-attention with the parameters of torch.nn.MultiheadAttention. `[N,T,C] -> [N,T,C]`
TorchModule make_attention(std::int64_t tokens) {
    TorchModule attention = make_module("SelfAttention");
    attention.register_parameter("in_proj_weight", at::zeros({3 * kChannels, kChannels}), false);
    attention.register_parameter("in_proj_bias", at::zeros({3 * kChannels}), false);
    attention.register_module("out_proj", make_linear(kChannels, kChannels));
    const std::string split = "[-1, " + text(tokens) + ", 3, " + text(kHeads) + ", " + text(kHeadChannels) + "]";
    attention.define(
        "def forward(self, x):\n"
        "    y = torch.linear(x, self.in_proj_weight, self.in_proj_bias)\n"
        "    y = torch.permute(torch.reshape(y, " +
        split +
        "), [2, 0, 3, 1, 4])\n"                        // [3,N,heads,T,c]
        "    query = torch.select(y, 0, 0) * 0.125\n"  // 1 / sqrt(c)
        "    key = torch.select(y, 0, 1)\n"
        "    value = torch.select(y, 0, 2)\n"
        "    share = torch.softmax(torch.matmul(query, torch.transpose(key, 2, 3)), -1)\n"  // [N,heads,T,T]
        "    y = torch.transpose(torch.matmul(share, value), 1, 2)\n"
        "    y = torch.reshape(y, [-1, " +
        text(tokens) + ", " + text(kChannels) +
        "])\n"
        "    return self.out_proj.forward(y)\n");
    static_assert(kHeadChannels == 64);
    return attention;
}

TorchModule make_block(std::int64_t tokens) {
    TorchModule block = make_module(kEncoderBlock);
    block.register_module("ln_1", make_layer_norm(kChannels, kEps));
    block.register_module("self_attention", make_attention(tokens));
    block.register_module("ln_2", make_layer_norm(kChannels, kEps));
    block.register_module("mlp", make_chain("Mlp", {{"0", make_linear(kChannels, 4 * kChannels)},
                                                    {"1", make_function("GELU", "torch.gelu(x)")},
                                                    {"3", make_linear(4 * kChannels, kChannels)}}));
    block.define(
        "def forward(self, x):\n"
        "    x = x + self.self_attention.forward(self.ln_1.forward(x))\n"
        "    return x + self.mlp.forward(self.ln_2.forward(x))\n");
    return block;
}

void add_hugging_face_names(Architecture& net) {
    for (const std::string model : {"vit.", ""}) {  // the network alone is saved without a prefix
        add_renames(net.aliases, model, "", kHuggingFaceAround);
        for (std::int64_t i = 0; i < kBlocks; ++i) {
            const std::string ours = format_text("encoder_layer_{}.", i);
            add_renames(net.aliases, format_text("{}layers.{}.", model, i), ours, kHuggingFaceBlock);
            add_renames(net.aliases, format_text("{}encoder.layer.{}.", model, i), ours, kOlderHuggingFaceBlock);
        }
    }
}

Architecture make_vit_b_16(std::int64_t height, std::int64_t width) {
    if (height % kPatch != 0 || width % kPatch != 0)
        throw ConfigError("/data/image_size: vit_b_16 cuts pictures into patches: expected multiples of " +
                          text(kPatch) + ", got " + text(height) + "x" + text(width));
    const std::int64_t patches = (height / kPatch) * (width / kPatch);
    Architecture net{.name = "vit_b_16",
                     .channels = kChannels,
                     .form = FeatureForm::tokens,
                     .classifier = "heads.",
                     .classifier_layers = {{"heads.head"}},
                     .residual_sums = {.block = kEncoderBlock, .branch = 1}};
    net.stages.emplace_back("stem", make_stem(patches));
    for (std::int64_t i = 0; i < kBlocks; ++i) {
        const std::string name = "encoder_layer_" + text(i);
        net.stages.emplace_back(name, make_block(patches + 1));
        net.renames.emplace_back("encoder.layers." + name + ".", name + ".");
        add_renames(net.aliases, "encoder.layers." + name + ".", name + ".", kOlderBlock);
        add_renames(net.aliases, "blocks." + text(i) + ".", name + ".", kTimmBlock);
    }
    net.stages.emplace_back("ln", make_layer_norm(kChannels, kEps));
    add_renames(net.renames, "", "", kAround);
    add_renames(net.aliases, "", "", kTimmAround);
    add_hugging_face_names(net);
    return net;
}

}  // namespace

ArchitectureRow vit_b_16_row() {
    return {"vit_b_16", "Vision transformer ViT-B/16, 768 features, 85.8 M parameters", make_vit_b_16};
}

}  // namespace graft
