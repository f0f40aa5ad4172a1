/* The same in C: consumer MODEL IMAGE */
#include <graft/graft.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char** argv) {
    graft_predictor* predictor = NULL;
    float* probabilities = NULL;
    size_t count = 0, k = 0, best = 0;
    graft_status status = GRAFT_DONE;
    if (argc != 3) return 2;
    status = graft_predictor_load(argv[1], &predictor);
    if (status == GRAFT_DONE) {
        count = graft_predictor_class_count(predictor);
        probabilities = malloc(count * sizeof(float));
        status = graft_predict_file(predictor, argv[2], probabilities, count);
    }
    if (status == GRAFT_DONE) {
        for (k = 0; k < count; ++k)
            if (probabilities[k] > probabilities[best]) best = k;
        printf("%s %.4f\n", graft_predictor_class_name(predictor, best), probabilities[best]);
    } else {
        printf("unusable: %s\n", graft_last_error());
    }
    free(probabilities);
    graft_predictor_free(predictor);
    return (int)status;
}
