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
import io.datafast.annotation.TrackGoal
import io.datafast.annotation.VisitorId
import io.datafast.delivery.GoalOutcome.Dropped
import io.datafast.interceptor.InvalidTrackGoalException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineName
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.asContextElement
import kotlinx.coroutines.asCoroutineDispatcher
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.FlowCollector
import kotlinx.coroutines.flow.MutableStateFlow
import kotlinx.coroutines.flow.StateFlow
import kotlinx.coroutines.flow.buffer
import kotlinx.coroutines.flow.catch
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.flow.flowOf
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.onCompletion
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.coroutines.reactor.asFlux
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.suspendCancellableCoroutine
import kotlinx.coroutines.withContext
import kotlinx.coroutines.yield
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.springframework.boot.WebApplicationType
import org.springframework.stereotype.Service
import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.RestController
import reactor.core.publisher.Flux
import reactor.core.publisher.Mono
import reactor.core.scheduler.Schedulers
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import java.time.Duration
import java.util.concurrent.BlockingQueue
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlin.concurrent.thread
import kotlin.coroutines.resume

/**
 * A tracked flow is the flow that it would be without, and has a goal for each collection that gets to its end.
 */
class FlowTests {

	@Test
	fun `produces no more than is collected`() = withShop { shop, goals ->
		val produced = AtomicInteger()
		val collected = AtomicInteger()
		val flow = shop.flow(VISITOR, flow { repeat(100) { emit(produced.incrementAndGet()) } })
		runBlocking {
			flow.collect {
				assertThat(produced).hasValue(collected.incrementAndGet())
				yield()
			}
		}
		assertThat(collected).hasValue(100)
		assertThat(goals).containsExactly(Goal.of("flow").forVisitor(VISITOR))
	}

	@Test
	fun `runs in the context of its collector`() = withShop { shop, goals ->
		val local = ThreadLocal.withInitial { "nothing" }
		val flow = shop.flow(VISITOR, flow {
			emit(currentCoroutineContext()[CoroutineName]?.name)
			delay(1)
			emit(local.get())
			emit(Thread.currentThread().name)
		})
		singleThread("collector") { dispatcher ->
			runBlocking(CoroutineName("name")) {
				withContext(local.asContextElement("value") + dispatcher) {
					assertThat(flow.toList().map { it?.substringBefore(" @") }).containsExactly("name", "value", "collector")
					assertThat(local.get()).isEqualTo("value")
				}
			}
		}
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `goes on in the context of its collector wherever it ends`() = withShop { shop, goals ->
		val flow = shop.flow(VISITOR, EndingOnAnotherThread)
		singleThread("collector") { dispatcher ->
			runBlocking(dispatcher) {
				flow.collect { }
				assertThat(Thread.currentThread().name).startsWith("collector")
			}
		}
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `passes failures in both directions`() = withShop { shop, goals ->
		val failing = shop.flow(VISITOR, flow {
			emit("a")
			delay(1)
			throw IllegalStateException("of the flow")
		})
		assertThat(runBlocking { failing.catch { emit(it.message!!) }.toList() }).containsExactly("a", "of the flow")
		assertThatThrownBy { runBlocking { failing.toList() } }.isExactlyInstanceOf(IllegalStateException::class.java)
		var seen: Throwable? = null
		val failure = IllegalArgumentException("of the collector")
		val innocent = shop.flow(VISITOR, flowOf("a").onCompletion { seen = it })
		assertThatThrownBy { runBlocking { innocent.collect { throw failure } } }.isSameAs(failure)
		assertThat(seen).isSameAs(failure)
		assertThat(goals).isEmpty()
	}

	@Test
	fun `passes a cancellation and tracks nothing`() = withShop { shop, goals ->
		val started = CompletableDeferred<Unit>()
		val cancelled = CompletableDeferred<Boolean>()
		val flow = shop.flow(VISITOR, flow {
			try {
				emit("a")
				awaitCancellation()
			}
			finally {
				cancelled.complete(!currentCoroutineContext()[kotlinx.coroutines.Job]!!.isActive)
			}
		})
		runBlocking {
			val job = launch(Dispatchers.Default) { flow.collect { started.complete(Unit) } }
			started.await()
			job.cancelAndJoin()
			assertThat(cancelled.await()).isTrue()
		}
		assertThat(goals).isEmpty()
	}

	@Test
	fun `tracks nothing if the collector has had enough`() = withShop { shop, goals ->
		val flow = shop.flow(VISITOR, flowOf("a", "b"))
		runBlocking {
			assertThat(flow.first()).isEqualTo("a")
			assertThat(flow.take(2).toList()).containsExactly("a", "b")
			assertThat(goals).isEmpty()
			assertThat(flow.map { it + it }.toList()).containsExactly("aa", "bb")
		}
		assertThat(goals).hasSize(1)
	}

	@Test
	fun `has a goal for each of many collections at once`() = withShop { shop, goals ->
		val flow = shop.flow(VISITOR, flow {
			emit("a")
			delay(1)
		})
		runBlocking(Dispatchers.Default) { repeat(100) { launch { flow.collect { } } } }
		assertThat(goals).hasSize(100)
	}

	@Test
	fun `does not touch a flow that never completes`() = withApplication(WebApplicationType.NONE, Shop::class) { context, goals ->
		val state = MutableStateFlow("a")
		assertThat(context.getBean(Shop::class.java).flow(VISITOR, state)).isSameAs(state)
		assertThat(context.getBean(Outcomes::class.java).all).containsExactly(Dropped(Dropped.Reason.FAILED, null))
		assertThat(goals).isEmpty()
	}

	@Test
	fun `a declared flow that never completes fails start-up`() {
		assertThatThrownBy { withApplication(WebApplicationType.NONE, States::class) { _, _ -> } }
			.rootCause()
			.isInstanceOf(InvalidTrackGoalException::class.java)
			.hasMessageContaining("States.state")
	}

	@Test
	fun `finds the visitor in the collector's Reactor context`() = withApplication(WebApplicationType.REACTIVE, Shop::class, Controller::class) { context, goals ->
		val port = context.environment.getRequiredProperty("local.server.port")
		for (path in listOf("/collected", "/published", "/published-channel")) {
			val request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:$port$path"))
				.timeout(Duration.ofSeconds(60))
				.header("Cookie", "datafast_visitor_id=$VISITOR")
				.build()
			val response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())
			assertThat(response.body()).isEqualTo("ab")
			assertThat(goals.poll(60, TimeUnit.SECONDS)).isEqualTo(Goal.of("flow").forVisitor(VISITOR))
		}
		assertThat(goals).isEmpty()
	}

	private fun withShop(test: (Shop, BlockingQueue<Goal>) -> Unit) =
		withApplication(WebApplicationType.NONE, Shop::class) { context, goals -> test(context.getBean(Shop::class.java), goals) }

	private fun singleThread(name: String, test: (kotlinx.coroutines.CoroutineDispatcher) -> Unit) {
		val executor = Executors.newSingleThreadExecutor { task -> Thread(task, name) }
		try {
			test(executor.asCoroutineDispatcher())
		}
		finally {
			executor.shutdown()
		}
	}

	object EndingOnAnotherThread : Flow<String> {

		override suspend fun collect(collector: FlowCollector<String>) = suspendCancellableCoroutine { continuation ->
			thread(name = "another") { continuation.resume(Unit) }
		}

	}

	@RestController
	class Controller(private val shop: Shop) {

		@GetMapping("/collected")
		suspend fun collected(): String = withContext(Dispatchers.Default) {
			this@Controller.shop.flow(null, flowOf("a", "b")).toList().joinToString("")
		}

		@GetMapping("/published")
		fun published(): Flux<String> = elsewhere { this.shop.flow(null, flowOf("a", "b")) }

		@GetMapping("/published-channel")
		fun publishedChannel(): Flux<String> = elsewhere { this.shop.flow(null, flowOf("a", "b").buffer(1)) }

		private fun elsewhere(flow: () -> Flow<String>): Flux<String> =
			Mono.fromCallable(flow).subscribeOn(Schedulers.parallel()).flatMapMany { it.asFlux() }

	}

	@Service
	class Shop {

		@TrackGoal("flow")
		fun <T> flow(@VisitorId visitorId: String?, flow: Flow<T>): Flow<T> = flow

	}

	@Service
	class States {

		@TrackGoal(name = "state", visitorId = "'visitor'")
		fun state(): StateFlow<String> = MutableStateFlow("a")

	}

}
