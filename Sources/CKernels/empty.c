static int ckernels_unused __attribute__((unused));
