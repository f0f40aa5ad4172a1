/// @file
/// Everything that a C++ application may use. docs/library.md is the guide; graft/graft.h is the interface for C.
#pragma once

#include "graft/core/errors.hpp"
#include "graft/core/reporter.hpp"
#include "graft/core/threads.hpp"
#include "graft/core/version.hpp"
#include "graft/deploy/predictor.hpp"
#include "graft/network/own_backbone.hpp"
#include "graft/record/decision.hpp"
#include "graft/record/evaluation.hpp"
#include "graft/record/history.hpp"
#include "graft/run/evaluate.hpp"
#include "graft/run/run_config.hpp"
#include "graft/run/train.hpp"
#include "graft/train/callback.hpp"
