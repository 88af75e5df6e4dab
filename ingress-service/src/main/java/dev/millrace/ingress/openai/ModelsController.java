package dev.millrace.ingress.openai;

import dev.millrace.ingress.IngressFlow;
import dev.millrace.v1.JobError;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.PathVariable;

/** The models that a caller may name. */
@Controller("/v1/models")
final class ModelsController {
    private final IngressFlow.Ports ports;

    ModelsController(IngressFlow.Ports ports) {
        this.ports = ports;
    }

    @Get
    HttpResponse<String> list() {
        return json(Models.list(ports.catalog().get()).toString());
    }

    @Get("/{id}")
    HttpResponse<String> get(@PathVariable String id) {
        return Models.find(ports.catalog().get(), id)
                .map(model -> json(model.toString()))
                .orElseGet(
                        () ->
                                ApiErrors.of(
                                        HttpStatus.NOT_FOUND,
                                        new JobError(
                                                "unknown_model",
                                                "model",
                                                null,
                                                "there is no such model")));
    }

    private static MutableHttpResponse<String> json(String body) {
        return HttpResponse.ok(body).contentType(MediaType.APPLICATION_JSON_TYPE);
    }
}
