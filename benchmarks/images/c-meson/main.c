#include <json-glib/json-glib.h>

static void show(JsonArray *array, guint index, JsonNode *node, gpointer data) {
    JsonObject *person = json_node_get_object(node);
    g_autofree gchar *name = g_utf8_strup(json_object_get_string_member(person, "name"), -1);
    g_print("%s %" G_GINT64_FORMAT "\n", name, json_object_get_int_member(person, "age"));
}

int main(int argc, char **argv) {
    g_autoptr(JsonParser) parser = json_parser_new();
    g_autoptr(GError) error = NULL;
    if (!json_parser_load_from_file(parser, argv[1], &error)) {
        g_printerr("%s\n", error->message);
        return 1;
    }
    json_array_foreach_element(json_node_get_array(json_parser_get_root(parser)), show, NULL);
    return 0;
}
