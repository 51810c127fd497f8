#include <node_api.h>

static napi_value count(napi_env env, napi_callback_info info) {
    size_t number = 1, length;
    napi_value argument, result;
    char *data;
    uint32_t seen = 0;
    napi_get_cb_info(env, info, &number, &argument, NULL, NULL);
    napi_get_buffer_info(env, argument, (void **)&data, &length);
    for (size_t i = 0; i < length; i++) seen += data[i] == '\n';
    napi_create_uint32(env, seen, &result);
    return result;
}

NAPI_MODULE_INIT() {
    napi_value function;
    napi_create_function(env, "count", NAPI_AUTO_LENGTH, count, NULL, &function);
    napi_set_named_property(env, exports, "count", function);
    return exports;
}
