"""The parts of the configurations that are the same for every site."""

NGINX = r"""# Made by 'publisher export'. Include it inside the http block of nginx:
#     include /srv/export/nginx.conf;
# Set the port and the name of the host in the server block below; when the folder is moved, set its
# new place, which stands in three lines.

map_hash_max_size 1048576;
map_hash_bucket_size 1024;
variables_hash_max_size 4096;
variables_hash_bucket_size 128;

# What is looked for in an address is looked for as it was sent: $uri becomes the name of the file.
map $request_uri $raw {
    "~^(?P<raw_path>[^?]*)" $raw_path;
    default "";
}

map $uri $moved {
    include «folder»/moved.map;
    default "";
}

map $uri $replaced {
    include «folder»/replaced.map;
    default "";
}

«maps»
# A thing → its document; what has left → what answers for it.
map $uri $document {
    "~^/id/(?P<slug>.+?)/*$" /doc/$slug;
    "~^(?P<without_extension>/.+)\.(html|ttl|jsonld|rdf|nt)$" $without_extension;
    default $uri;
}
map $request_uri $raw_document {
    "~^/id/(?P<raw_slug>[^?]+?)/*(\?|$)" /doc/$raw_slug;
    default /;
}
map $uri $without_slash {
    "~^(?P<before_slash>/.*[^/])/+$" $before_slash;
    default "";
}
map $request_uri $raw_without_slash {
    "~^(?P<raw_before_slash>/[^?]*[^/?])/+(\?|$)" $raw_before_slash;
    default /;
}
map $uri $before_hash {
    "~^(?P<unhashed>/[^#]+)#" $unhashed;
    default "";
}
map $request_uri $raw_before_hash {
    "~^(?P<raw_unhashed>/[^?]+?)%23" $raw_unhashed;
    default /;
}
# Only the first page of the incoming links is a file.
map $arg_incoming $is_further_page {
    "" "";
    1 "";
    default 1;
}
map $http_accept $problem {
    "~*text/html" html;
    default problem;
}
map "$extension:$is_legible:$best_documents" $grave {
    "~^(?P<grave_extension>[a-z]+):" $grave_extension;
    "~^:0|none$" problem;
    "~^:1:(?P<grave_chosen>.+)$" $grave_chosen;
    default problem;
}
map $raw $disposition {
    "~^/(dump|table)/(?P<file_name>[^/\"]+\.[a-z.]+)$" "inline; filename=\"$file_name\"";
    default "";
}

server {
    listen 80;
    server_name _;
    root «folder»/site;

    types {
«types»
        "application/xml" xml;
        "application/atom+xml" atom;
        "application/problem+json" problem;
        "application/gzip" gz;
        "text/css;charset=utf-8" css;
        "text/javascript;charset=utf-8" js;
        "image/svg+xml" svg;
        "text/plain;charset=utf-8" txt;
    }
    default_type application/octet-stream;
    gzip_static on;
    gzip_vary on;
    etag on;
    if_modified_since before;
    server_tokens off;

    add_header Vary $vary always;
    add_header Content-Language $content_language always;
    add_header Content-Location $content_location;
    add_header Link $links;
    add_header Content-Disposition $disposition;
    add_header Cache-Control "public, no-cache" always;
    add_header Allow $allow always;
    add_header Access-Control-Allow-Origin "*" always;
    add_header Access-Control-Expose-Headers "«exposed»" always;
    add_header Access-Control-Allow-Methods $cors_methods always;
    add_header Access-Control-Allow-Headers $cors_fields always;
    add_header Access-Control-Max-Age $cors_seconds always;
    add_header X-Content-Type-Options nosniff always;
    add_header Referrer-Policy strict-origin-when-cross-origin always;
    add_header Cross-Origin-Resource-Policy cross-origin always;
    add_header Content-Security-Policy $policy always;

    if ($request_method = OPTIONS) { return 204; }
    if ($request_method !~ ^(GET|HEAD)$) { return 405; }

    error_page 404 @missing;
    error_page 405 =405 @refused;
    error_page 406 @unacceptable;
    error_page 410 @gone;

    location / {
        if ($moved) { return 303 $moved; }
        if ($replaced) { return 301 $replaced; }
        if (-f $document_root/_/gone$document.nt) { return 410; }
        if ($is_further_page) { return 404; }
        try_files $tree$uri $uri @negotiate;
    }

    location /id/ {
        if ($moved) { return 303 $moved$is_args$args; }
        if ($replaced) { return 301 $replaced; }
        if (-f $document_root/_/gone$document.nt) { return 410; }
        if (!-f $document_root$document.nt) { return 404; }
        return 303 «site»$raw_document$is_args$args;
    }

    location @negotiate {
        if (-f $document_root$without_slash.nt) {
            return 301 «site»$raw_without_slash$is_args$args;
        }
        if (-f $document_root$before_hash.nt) { return 303 «site»$raw_before_hash; }
        if (!-f $document_root$file.$witness) { return 404; }
        if ($chosen = none) { return 406; }
        try_files $tree$file.$chosen $file.$chosen =404;
    }

    location ^~ /linkset/ {
        types {
            "application/linkset+json" json;
            "application/linkset" txt;
        }
    }

    location = /.well-known/api-catalog {
        types { }
        default_type 'application/linkset+json;profile="https://www.rfc-editor.org/info/rfc9727"';
    }

    location = /.well-known/void { return 303 «site»/void; }

    location ~ \.csv-metadata\.json$ {
        types { "application/csvm+json" json; }
    }

    location ^~ /_/ { internal; }

    location @missing { try_files /_/problems/$language/404.$problem =404; }
    location @refused { try_files /_/problems/$language/405.$problem =405; }
    location @unacceptable {
        try_files /_/problems/$language/406-$offer.$problem
                  /_/problems/$language/406-$offer.problem =406;
    }
    location @gone {
        try_files /_/gone/$language$document.$grave /_/gone$document.$grave
                  /_/gone/$language$document.problem =410;
    }
}
"""
