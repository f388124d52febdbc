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

package io.datafast.jdbc;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import io.datafast.DataFastGoals;
import io.datafast.Goal;
import io.datafast.delivery.GoalOutcome.Created;
import io.datafast.jdbc.JpaTransactionTests.JpaConfiguration;
import io.datafast.test.MockDataFast;
import io.datafast.test.ReceivedGoal;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceContext;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.orm.jpa.support.OpenEntityManagerInViewInterceptor;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Requests that hold all connections of the pool, as they do with an
 * {@code EntityManager} that is open during the whole request, do not wait for each other
 * when they track goals.
 */
class OpenInViewTests {

	private static final int POOL = 4;

	private static final int ROUNDS = 5;

	@Test
	void goalsOutsideOfTransactionsNeedNoConnectionOfTheRequest() throws Exception {
		requestsThatHoldAllConnections("outside");
	}

	@Test
	void goalsInReadOnlyTransactionsNeedNoConnectionOfTheRequest() throws Exception {
		requestsThatHoldAllConnections("read-only");
	}

	@Test
	void goalsInTransactionsNeedNoOtherConnection() throws Exception {
		requestsThatHoldAllConnections("in-transaction");
	}

	private static void requestsThatHoldAllConnections(String kind) throws Exception {
		try (MockDataFast mock = MockDataFast.start();
				ConfigurableApplicationContext context = new SpringApplicationBuilder(OpenInViewConfiguration.class)
					.properties("spring.datasource.url=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1",
							"spring.datasource.hikari.maximum-pool-size=" + POOL,
							"spring.datasource.hikari.connection-timeout=5000", "spring.flyway.enabled=false",
							"datafast.base-url=" + mock.getBaseUrl(), "datafast.api-key=" + mock.getApiKey(),
							"datafast.delivery.jdbc.poll-interval=50ms", "server.port=0", "server.address=127.0.0.1")
					.run()) {
			String url = "http://127.0.0.1:" + context.getEnvironment().getRequiredProperty("local.server.port") + "/"
					+ kind + "/goal-";
			ExecutorService browsers = Executors.newFixedThreadPool(POOL);
			try {
				for (int round = 0; round < ROUNDS; round++) {
					List<Future<HttpResponse<String>>> responses = new ArrayList<>();
					for (int i = 0; i < POOL; i++) {
						HttpRequest request = HttpRequest.newBuilder(URI.create(url + round + "-" + i)).build();
						responses.add(browsers.submit(
								() -> HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString())));
					}
					for (Future<HttpResponse<String>> response : responses) {
						assertThat(response.get().statusCode()).isEqualTo(200);
					}
				}
			}
			finally {
				browsers.shutdownNow();
			}
			RecordedOutcomes outcomes = context.getBean(RecordedOutcomes.class);
			outcomes.awaitCount(POOL * ROUNDS);
			assertThat(outcomes.outcomes()).hasSize(POOL * ROUNDS)
				.allSatisfy((outcome) -> assertThat(outcome).isInstanceOf(Created.class));
			assertThat(mock.getGoals().stream().map(ReceivedGoal::name)).hasSize(POOL * ROUNDS).doesNotHaveDuplicates();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ JpaConfiguration.class, RecordedOutcomes.class, Shop.class })
	static class OpenInViewConfiguration {

		@Bean
		WebMvcConfigurer openInView(EntityManagerFactory factory) {
			return new WebMvcConfigurer() {

				@Override
				public void addInterceptors(InterceptorRegistry registry) {
					OpenEntityManagerInViewInterceptor interceptor = new OpenEntityManagerInViewInterceptor();
					interceptor.setEntityManagerFactory(factory);
					registry.addWebRequestInterceptor(interceptor);
				}

			};
		}

	}

	@RestController
	static class Shop {

		private final CyclicBarrier allConnectionsAreHeld = new CyclicBarrier(POOL);

		private final DataFastGoals goals;

		private final TransactionTemplate transaction;

		private final TransactionTemplate readOnlyTransaction;

		@PersistenceContext
		private EntityManager entityManager;

		Shop(DataFastGoals goals, PlatformTransactionManager transactionManager) {
			this.goals = goals;
			this.transaction = new TransactionTemplate(transactionManager);
			this.readOnlyTransaction = new TransactionTemplate(transactionManager);
			this.readOnlyTransaction.setReadOnly(true);
		}

		@GetMapping("/outside/{goal}")
		void outside(@PathVariable("goal") String goal) {
			query();
			track(goal);
		}

		@GetMapping("/read-only/{goal}")
		void readOnly(@PathVariable("goal") String goal) {
			this.readOnlyTransaction.executeWithoutResult((status) -> {
				query();
				track(goal);
			});
		}

		@GetMapping("/in-transaction/{goal}")
		void inTransaction(@PathVariable("goal") String goal) {
			this.transaction.executeWithoutResult((status) -> {
				query();
				track(goal);
			});
		}

		private void query() {
			this.entityManager.createNativeQuery("select 1").getSingleResult();
			try {
				this.allConnectionsAreHeld.await(60, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		private void track(String goal) {
			this.goals.track(Goal.of(goal).forVisitor(DataFastContextRunners.VISITOR));
		}

	}

}
