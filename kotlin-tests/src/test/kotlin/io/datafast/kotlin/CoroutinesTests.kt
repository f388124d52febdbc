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

import io.datafast.Goal
import io.datafast.ReactiveDataFastGoals
import io.datafast.annotation.GoalMetadata
import io.datafast.annotation.TrackGoal
import io.datafast.annotation.VisitorId
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactor.awaitSingleOrNull
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.http.ResponseEntity
import org.springframework.stereotype.Service
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.RestController
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration
import java.util.concurrent.BlockingQueue
import java.util.concurrent.TimeUnit

/**
 * Suspending functions, flows and deferred values, seen by a dispatcher in place of DataFast.
 */
class CoroutinesTests {

	@Test
	fun `tracks a suspending function of a bean when it has its result`() = withShop(WebApplicationType.NONE) { shop, goals ->
		assertThat(runBlocking { shop.suspending(VISITOR, "plan") }).isEqualTo("value of plan")
		assertThat(goals).containsExactly(
			Goal.of("suspending").forVisitor(VISITOR).with("plan", "plan").with("result", "value of plan")
		)
	}

	@Test
	fun `tracks nothing when a suspending function fails or is cancelled`() = withShop(WebApplicationType.NONE) { shop, goals ->
		assertThatThrownBy { runBlocking { shop.failing(VISITOR) } }.hasMessageContaining("on purpose")
		runBlocking {
			val started = CompletableDeferred<Unit>()
			val job = launch(Dispatchers.Default) { shop.endless(VISITOR, started) }
			started.await()
			job.cancelAndJoin()
			assertThat(job.isCancelled).isTrue()
		}
		assertThat(goals).isEmpty()
	}

	@Test
	fun `tracks a suspending function without a value`() = withShop(WebApplicationType.NONE) { shop, goals ->
		runBlocking { shop.unit(VISITOR) }
		assertThat(runBlocking { shop.empty(VISITOR) }).isNull()
		assertThat(goals.map { it.name() }).containsExactly("unit", "empty")
	}

	@Test
	fun `heeds the status inside`() = withShop(WebApplicationType.NONE) { shop, goals ->
		assertThat(runBlocking { shop.response(VISITOR, 422) }.statusCode.value()).isEqualTo(422)
		assertThat(goals).isEmpty()
		runBlocking { shop.response(VISITOR, 200) }
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `tracks a flow each time it has been collected to its end`() = withShop(WebApplicationType.NONE) { shop, goals ->
		val flow = shop.flow(VISITOR)
		assertThat(goals).isEmpty()
		assertThat(runBlocking { flow.take(1).toList() }).containsExactly("a")
		assertThat(goals).isEmpty()
		assertThat(runBlocking { flow.toList() }).containsExactly("a", "b")
		assertThat(runBlocking { flow.toList() }).containsExactly("a", "b")
		assertThat(goals.map { it.name() }).containsExactly("flow", "flow")
	}

	@Test
	fun `tracks a deferred value and returns it as it is`() = withShop(WebApplicationType.NONE) { shop, goals ->
		val deferred = CompletableDeferred<String>()
		assertThat(shop.deferred(VISITOR, deferred)).isSameAs(deferred)
		assertThat(goals).isEmpty()
		deferred.complete("value")
		assertThat(goals.poll(60, TimeUnit.SECONDS)).isEqualTo(Goal.of("deferred").forVisitor(VISITOR).with("result", "value"))
		val failed = CompletableDeferred<String>()
		shop.deferred(VISITOR, failed)
		failed.cancel(CancellationException("on purpose"))
		assertThat(goals).isEmpty()
	}

	@Test
	fun `finds the visitor of the cookie on WebFlux`() = findsTheVisitor(WebApplicationType.REACTIVE, "/service", "/suspending", "/flow", "/reactive")

	@Test
	fun `finds the visitor of the cookie on Spring MVC`() = findsTheVisitor(WebApplicationType.SERVLET, "/suspending", "/flow")

	private fun findsTheVisitor(type: WebApplicationType, vararg paths: String) = withApplication(type, Shop::class, Controller::class) { context, goals ->
		val port = context.environment.getRequiredProperty("local.server.port")
		for (path in paths) {
			val request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:$port$path"))
				.timeout(Duration.ofSeconds(60))
				.header("Cookie", "datafast_visitor_id=$VISITOR")
				.build()
			val response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())
			assertThat(response.statusCode()).isEqualTo(200)
			val goal = goals.poll(60, TimeUnit.SECONDS)
			assertThat(goal?.name()).isEqualTo(path.substring(1))
			assertThat(goal?.visitorId()).isEqualTo(VISITOR)
		}
		assertThat(goals).isEmpty()
	}

	private fun withShop(type: WebApplicationType, test: (Shop, BlockingQueue<Goal>) -> Unit) =
		withApplication(type, Shop::class, Controller::class) { context, goals -> test(context.getBean(Shop::class.java), goals) }

	@RestController
	class Controller(private val shop: Shop, private val goals: ReactiveDataFastGoals) {

		@GetMapping("/service")
		suspend fun service(): String = withContext(Dispatchers.Default) { this@Controller.shop.service() }

		@GetMapping("/suspending")
		@TrackGoal("suspending")
		suspend fun suspending(): String {
			delay(1)
			return "value"
		}

		@GetMapping("/flow")
		@TrackGoal("flow")
		fun flow(): Flow<String> = flow {
			delay(1)
			emit("value")
		}

		@GetMapping("/reactive")
		suspend fun reactive(): String {
			delay(1)
			this.goals.track("reactive").awaitSingleOrNull()
			return "value"
		}

	}

	@Service
	class Shop {

		@TrackGoal("service")
		suspend fun service(): String {
			delay(1)
			return "value"
		}

		@TrackGoal(name = "suspending", metadata = [GoalMetadata(key = "result", expression = "#result")])
		suspend fun suspending(@VisitorId visitorId: String, @GoalMetadata plan: String): String {
			delay(1)
			return "value of $plan"
		}

		@TrackGoal("failing")
		suspend fun failing(@VisitorId visitorId: String): String {
			delay(1)
			throw IllegalStateException("on purpose")
		}

		@TrackGoal("endless")
		suspend fun endless(@VisitorId visitorId: String, started: CompletableDeferred<Unit>): String {
			started.complete(Unit)
			delay(Long.MAX_VALUE)
			return "never"
		}

		@TrackGoal("unit")
		suspend fun unit(@VisitorId visitorId: String) {
			delay(1)
		}

		@TrackGoal("empty")
		suspend fun empty(@VisitorId visitorId: String): String? {
			delay(1)
			return null
		}

		@TrackGoal("response")
		suspend fun response(@VisitorId visitorId: String, status: Int): ResponseEntity<String> {
			delay(1)
			return ResponseEntity.status(status).body("value")
		}

		@TrackGoal("flow")
		fun flow(@VisitorId visitorId: String): Flow<String> = flow {
			emit("a")
			delay(1)
			emit("b")
		}

		@TrackGoal(name = "deferred", metadata = [GoalMetadata(key = "result", expression = "#result")])
		fun deferred(@VisitorId visitorId: String, deferred: Deferred<String>): Deferred<String> = deferred

	}

}
