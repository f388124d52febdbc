/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.kotlin

import io.datafast.annotation.TrackGoal
import io.datafast.annotation.VisitorId
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.http.HttpStatus
import org.springframework.http.ProblemDetail
import org.springframework.http.ResponseEntity
import org.springframework.http.server.reactive.ServerHttpResponse
import org.springframework.stereotype.Service
import org.springframework.web.ErrorResponseException
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.ResponseStatus
import org.springframework.web.bind.annotation.RestController
import reactor.core.publisher.Mono
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration
import java.util.Optional
import java.util.concurrent.CompletableFuture

/**
 * Which results of Kotlin's functions are successes.
 */
class SuccessTests {

	@Test
	fun `a failed Result is no success, in any wrapper`() = withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
		val shop = context.getBean(Shop::class.java)
		for (succeeds in listOf(true, false)) {
			assertThat(shop.plain(VISITOR, succeeds).isSuccess).isEqualTo(succeeds)
			assertThat(runBlocking { shop.suspending(VISITOR, succeeds) }.isSuccess).isEqualTo(succeeds)
			assertThat(runBlocking { shop.suspendingAtOnce(VISITOR, succeeds) }.isSuccess).isEqualTo(succeeds)
			assertThat(shop.future(VISITOR, succeeds).join().isSuccess).isEqualTo(succeeds)
			assertThat(shop.mono(VISITOR, succeeds).block()!!.isSuccess).isEqualTo(succeeds)
			assertThat(shop.optional(VISITOR, succeeds).get().isSuccess).isEqualTo(succeeds)
			assertThat(goals.map { it.name() }).containsExactly("plain", "suspending", "at_once", "future", "mono", "optional")
		}
	}

	@Test
	fun `the elements of a flow do not matter`() = withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
		assertThat(runBlocking { context.getBean(Shop::class.java).flow(VISITOR).toList() }).hasSize(2)
		assertThat(goals.map { it.name() }).containsExactly("flow")
	}

	@Test
	fun `heeds the errors that a suspending function returns`() = withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
		val shop = context.getBean(Shop::class.java)
		for (error in listOf(ResponseEntity.status(409).build<Any>(), ProblemDetail.forStatus(409), ErrorResponseException(HttpStatus.CONFLICT))) {
			assertThat(runBlocking { shop.any(VISITOR, error) }).isSameAs(error)
		}
		assertThat(goals).isEmpty()
		runBlocking { shop.any(VISITOR, ProblemDetail.forStatus(200)) }
		runBlocking { shop.any(VISITOR, null) }
		assertThat(goals).hasSize(2)
	}

	@Test
	fun `heeds the status of the response in Spring MVC`() = heedsTheStatus(WebApplicationType.SERVLET)

	@Test
	fun `heeds the status of the response in WebFlux`() = heedsTheStatus(WebApplicationType.REACTIVE)

	@Test
	fun `heeds a status that is set in WebFlux`() = withApplication(WebApplicationType.REACTIVE, ReactiveController::class) { context, goals ->
		val port = context.environment.getRequiredProperty("local.server.port")
		assertThat(get(port, "/set/402")).isEqualTo(402)
		assertThat(get(port, "/set-flow/402")).isEqualTo(402)
		assertThat(goals).isEmpty()
		assertThat(get(port, "/set/201")).isEqualTo(201)
		assertThat(get(port, "/set-flow/201")).isEqualTo(201)
		assertThat(goals.map { it.name() }).containsExactly("set", "set_flow")
	}

	private fun heedsTheStatus(type: WebApplicationType) = withApplication(type, Controller::class) { context, goals ->
		val port = context.environment.getRequiredProperty("local.server.port")
		assertThat(get(port, "/entity/409")).isEqualTo(409)
		assertThat(get(port, "/problem/409")).isEqualTo(409)
		assertThat(get(port, "/conflict")).isEqualTo(409)
		assertThat(get(port, "/conflict-flow")).isEqualTo(409)
		assertThat(goals).isEmpty()
		assertThat(get(port, "/entity/201")).isEqualTo(201)
		assertThat(get(port, "/problem/200")).isEqualTo(200)
		assertThat(goals.map { it.name() }).containsExactly("entity", "problem")
	}

	private fun get(port: String, path: String): Int {
		val request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:$port$path"))
			.timeout(Duration.ofSeconds(60))
			.header("Cookie", "datafast_visitor_id=$VISITOR")
			.build()
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).statusCode()
	}

	@RestController
	class Controller {

		@GetMapping("/entity/{status}")
		@TrackGoal("entity")
		suspend fun entity(@PathVariable status: Int): ResponseEntity<String> {
			delay(1)
			return ResponseEntity.status(status).body("value")
		}

		@GetMapping("/problem/{status}")
		@TrackGoal("problem")
		suspend fun problem(@PathVariable status: Int): ProblemDetail {
			delay(1)
			return ProblemDetail.forStatus(status)
		}

		@GetMapping("/conflict")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal("conflict")
		suspend fun conflict(): String {
			delay(1)
			return "value"
		}

		@GetMapping("/conflict-flow")
		@ResponseStatus(HttpStatus.CONFLICT)
		@TrackGoal("conflict_flow")
		fun conflictFlow(): Flow<String> = flow { emit("value") }

	}

	@RestController
	class ReactiveController {

		@GetMapping("/set/{status}")
		@TrackGoal("set")
		suspend fun set(@PathVariable status: Int, response: ServerHttpResponse): String {
			delay(1)
			response.setRawStatusCode(status)
			return "value"
		}

		@GetMapping("/set-flow/{status}")
		@TrackGoal("set_flow")
		fun setFlow(@PathVariable status: Int, response: ServerHttpResponse): Flow<String> {
			response.setRawStatusCode(status)
			return flow {
				delay(1)
				emit("value")
			}
		}

	}

	@Service
	class Shop {

		@TrackGoal("plain")
		fun plain(@VisitorId visitorId: String, succeeds: Boolean): Result<String> = result(succeeds)

		@TrackGoal("suspending")
		suspend fun suspending(@VisitorId visitorId: String, succeeds: Boolean): Result<String> {
			delay(1)
			return result(succeeds)
		}

		@TrackGoal("at_once")
		suspend fun suspendingAtOnce(@VisitorId visitorId: String, succeeds: Boolean): Result<String> = result(succeeds)

		@TrackGoal("future")
		fun future(@VisitorId visitorId: String, succeeds: Boolean): CompletableFuture<Result<String>> =
			CompletableFuture.completedFuture(result(succeeds))

		@TrackGoal("mono")
		fun mono(@VisitorId visitorId: String, succeeds: Boolean): Mono<Result<String>> =
			Mono.fromSupplier { result(succeeds) }

		@TrackGoal("optional")
		fun optional(@VisitorId visitorId: String, succeeds: Boolean): Optional<Result<String>> =
			Optional.of(result(succeeds))

		@TrackGoal("flow")
		fun flow(@VisitorId visitorId: String): Flow<Result<String>> = flow {
			emit(result(true))
			delay(1)
			emit(result(false))
		}

		@TrackGoal("any")
		suspend fun any(@VisitorId visitorId: String, result: Any?): Any? {
			delay(1)
			return result
		}

		private fun result(succeeds: Boolean): Result<String> =
			if (succeeds) Result.success("value") else Result.failure(IllegalStateException("on purpose"))

	}

}
